/**
 * Counters of the Mixer client. The first three groups carry Istio 1.4's names (`http_mixer_filter.*`), the rest is
 * what the bounded parts dropped or hold.
 */
export class MixerStatistics {
  total_check_calls = 0;
  total_check_cache_hits = 0;
  total_check_cache_misses = 0;
  total_check_cache_hit_accepts = 0;
  total_check_cache_hit_denies = 0;
  total_remote_check_calls = 0;
  total_remote_check_accepts = 0;
  total_remote_check_denies = 0;

  total_quota_calls = 0;
  total_quota_cache_hits = 0;
  total_quota_cache_misses = 0;
  total_quota_cache_hit_accepts = 0;
  total_quota_cache_hit_denies = 0;
  total_remote_quota_calls = 0;
  total_remote_quota_accepts = 0;
  total_remote_quota_denies = 0;
  total_remote_quota_prefetch_calls = 0;

  total_remote_calls = 0;
  total_remote_call_successes = 0;
  total_remote_call_timeouts = 0;
  total_remote_call_send_errors = 0;
  total_remote_call_other_errors = 0;
  total_remote_call_retries = 0;
  total_remote_call_cancellations = 0;

  /** Report entries handed to the batcher, one for each log entry. */
  total_report_calls = 0;
  total_remote_report_calls = 0;
  total_remote_report_successes = 0;
  total_remote_report_timeouts = 0;
  total_remote_report_send_errors = 0;
  total_remote_report_other_errors = 0;

  /** Entries that Mixer acknowledged. */
  report_entries_delivered = 0;
  /** Entries whose call failed after it may have reached Mixer; never sent twice. */
  report_entries_failed = 0;
  /** Entries pushed out of the full buffer, or left in it at close, while Mixer was away. */
  report_entries_dropped = 0;
  /** Entries in the buffer now (gauge). */
  report_entries_buffered = 0;
  /** Times that all cached answers were dropped, because Mixer's configuration had changed. */
  check_cache_resets = 0;
  /** Checks refused because too many waited for Mixer. */
  check_overflows = 0;
  /** Messages from Envoy that could not be decoded. */
  malformed_messages = 0;
  /** TCP connections forgotten before their end, because there were too many. */
  tcp_connections_evicted = 0;
  access_log_streams = 0;
  http_log_entries = 0;
  tcp_log_entries = 0;
}

export type MixerAgentStats = Readonly<Omit<MixerStatistics, never>>;
