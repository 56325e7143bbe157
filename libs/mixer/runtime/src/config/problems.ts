/** A part of the configuration that was left out, and why. */
export interface ConfigProblem {
  /** `rule`, `handler`, `instance`, `attributemanifest`. */
  readonly kind: string;
  readonly object: string;
  readonly message: string;
}

/** Gauges of one snapshot; shown as `mixer_config_<name>`. */
export interface ConfigCounters {
  attributes_total: number;
  handler_configs_total: number;
  instance_configs_total: number;
  instance_config_errors_total: number;
  rule_configs_total: number;
  rule_config_errors_total: number;
  adapter_info_configs_total: number;
  adapter_info_config_errors_total: number;
  template_configs_total: number;
  template_config_errors_total: number;
  rule_config_match_error_total: number;
  unsatisfied_action_handler_total: number;
  handler_validation_error_total: number;
}

export function newConfigCounters(): ConfigCounters {
  return {
    attributes_total: 0,
    handler_configs_total: 0,
    instance_configs_total: 0,
    instance_config_errors_total: 0,
    rule_configs_total: 0,
    rule_config_errors_total: 0,
    adapter_info_configs_total: 0,
    adapter_info_config_errors_total: 0,
    template_configs_total: 0,
    template_config_errors_total: 0,
    rule_config_match_error_total: 0,
    unsatisfied_action_handler_total: 0,
    handler_validation_error_total: 0,
  };
}

/** Collects the problems of one build and counts them. */
export class ProblemLog {
  readonly problems: ConfigProblem[] = [];
  readonly counters = newConfigCounters();

  add(counter: keyof ConfigCounters, problem: ConfigProblem): void {
    this.counters[counter]++;
    this.problems.push(problem);
  }
}
