# What the role of the service retention may do in Vault, and nothing else (docs/privacy/keys.md).
# Mounts `transit` and `kv`, transit key `samspill` and prefix `samspill` are the chart's defaults: write your own.
# Without keys in KV, or without transit, leave that half out.

# The root key: used, never read, exported, changed or made.
path "transit/encrypt/samspill" { capabilities = ["update"] }
path "transit/decrypt/samspill" { capabilities = ["update"] }

# Wrapped keys and tombstones. `update` lets a check-and-set be refused in words when two replicas write at once.
path "kv/data/samspill/*" { capabilities = ["create", "read", "update"] }

# Survey keys alone are destroyed: never a school's key, the pepper or a tombstone.
path "kv/metadata/samspill/surveys/*" { capabilities = ["read", "delete"] }
path "kv/destroy/samspill/surveys/*" { capabilities = ["update"] }

path "kv/metadata/samspill/tombstones" { capabilities = ["list"] }
