{{/* Who wraps the keys and where they lie: what retention is told and mounts. Every helper takes the root. */}}
{{- define "samspill.key-settings" -}}
{{- $keys := .Values.keys -}}
{{- $vault := $keys.vault -}}
{{- include "samspill.check-keys" . -}}
{{- $told := dict -}}
{{- if eq $keys.rootKey "vault" -}}
{{- $_ := set $told "VAULT_TRANSIT_MOUNT" (required "keys.vault.transitMount: where the transit engine is mounted" $vault.transitMount) -}}
{{- $_ := set $told "VAULT_TRANSIT_KEY" (required "keys.vault.transitKey: name the key of the transit engine that wraps the keys" $vault.transitKey) -}}
{{- else -}}
{{- $_ := set $told "ROOT_KEY_FILE" "/run/samspill/root-key/root-key" -}}
{{- end -}}
{{- if eq $keys.store.kind "vault" -}}
{{- $_ := set $told "VAULT_KV_MOUNT" (required "keys.vault.kvMount: name the KV engine, version 2, that keeps the keys" $vault.kvMount) -}}
{{- $_ := set $told "VAULT_KV_PREFIX" (required "keys.vault.kvPrefix: the folder of this installation in the KV engine" $vault.kvPrefix) -}}
{{- else -}}
{{- $_ := set $told "KEY_STORE_DIRECTORY" "/var/lib/samspill/keys" -}}
{{- end -}}
{{- if include "samspill.uses-vault" . -}}
{{- $_ := set $told "VAULT_ADDRESS" (required "keys.vault.address: where retention reaches Vault, https://host:port" $vault.address) -}}
{{- if $vault.caSecret -}}{{- $_ := set $told "VAULT_AUTHORITY_FILE" "/run/samspill/vault-authority/ca.crt" -}}{{- end -}}
{{- if eq $vault.login "token" -}}
{{- $_ := set $told "VAULT_TOKEN_FILE" "/run/samspill/vault/token" -}}
{{- else -}}
{{- $_ := set $told "VAULT_APP_ROLE_MOUNT" (required "keys.vault.appRoleMount: where AppRole is mounted" $vault.appRoleMount) -}}
{{- $_ := set $told "VAULT_ROLE_ID_FILE" "/run/samspill/vault/role-id" -}}
{{- $_ := set $told "VAULT_SECRET_ID_FILE" "/run/samspill/vault/secret-id" -}}
{{- end -}}
{{- end -}}
{{- $told | toJson -}}
{{- end -}}

{{- define "samspill.root-key" -}}
{{ required "keys.rootKeySecret: name the secret with the key root-key, 32 random bytes" .Values.keys.rootKeySecret }}
{{- end -}}

{{/* Empty unless Vault wraps or keeps the keys. */}}
{{- define "samspill.uses-vault" -}}
{{- if or (eq .Values.keys.rootKey "vault") (eq .Values.keys.store.kind "vault") -}}yes{{- end -}}
{{- end -}}

{{/* Empty where a volume that one node alone can mount holds the keys: then retention is one pod, and the next one
starts when the last has ended; answering goes on meanwhile (SPEC R3). Two pods on two nodes would wait for ever. */}}
{{- define "samspill.shares-keys" -}}
{{- if or (eq .Values.keys.store.kind "vault") (has "ReadWriteMany" .Values.keys.store.accessModes) -}}yes{{- end -}}
{{- end -}}

{{/* What nobody would read is refused: it stands there because somebody believes that it works. */}}
{{- define "samspill.check-keys" -}}
{{- $keys := .Values.keys -}}
{{- if and (eq $keys.rootKey "vault") $keys.rootKeySecret -}}
{{- fail "keys.rootKeySecret: take it away, since keys.rootKey is vault" -}}
{{- end -}}
{{- if and (ne $keys.rootKey "vault") $keys.vault.transitKey -}}
{{- fail "keys.vault.transitKey: take it away, or set keys.rootKey to vault" -}}
{{- end -}}
{{- if and (eq $keys.store.kind "vault") (or $keys.store.existingClaim $keys.store.storageClassName) -}}
{{- fail "keys.store: take existingClaim and storageClassName away, since keys.store.kind is vault" -}}
{{- end -}}
{{- if and (ne $keys.store.kind "vault") $keys.vault.kvMount -}}
{{- fail "keys.vault.kvMount: take it away, or set keys.store.kind to vault" -}}
{{- end -}}
{{- if not (include "samspill.uses-vault" .) -}}
{{- range $name := list "address" "existingSecret" "caSecret" -}}
{{- if index $keys.vault $name -}}
{{- fail (printf "keys.vault.%s: take it away, or set keys.rootKey or keys.store.kind to vault" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "samspill.key-mounts" -}}
{{- if ne .Values.keys.rootKey "vault" }}
- {name: root-key, mountPath: /run/samspill/root-key, readOnly: true}
{{- end }}
{{- if ne .Values.keys.store.kind "vault" }}
- {name: key-store, mountPath: /var/lib/samspill/keys}
{{- end }}
{{- if include "samspill.uses-vault" . }}
- {name: vault, mountPath: /run/samspill/vault, readOnly: true}
{{- if .Values.keys.vault.caSecret }}
- {name: vault-authority, mountPath: /run/samspill/vault-authority, readOnly: true}
{{- end }}
{{- end }}
{{- end -}}

{{- define "samspill.key-volumes" -}}
{{- $vault := .Values.keys.vault -}}
{{- if ne .Values.keys.rootKey "vault" }}
- name: root-key
  secret:
    secretName: {{ include "samspill.root-key" . }}
    defaultMode: 0440
{{- end }}
{{- if ne .Values.keys.store.kind "vault" }}
- name: key-store
  persistentVolumeClaim: {claimName: {{ include "samspill.key-store" (dict "root" .) }}}
{{- end }}
{{- if include "samspill.uses-vault" . }}
- name: vault
  secret:
    secretName: {{ required "keys.vault.existingSecret: name the secret with role-id and secret-id, or with token" $vault.existingSecret }}
    defaultMode: 0440
    items:
      {{- range $key := ternary (list "token") (list "role-id" "secret-id") (eq $vault.login "token") }}
      - {key: {{ $key }}, path: {{ $key }}}
      {{- end }}
{{- if $vault.caSecret }}
- name: vault-authority
  secret:
    secretName: {{ $vault.caSecret }}
    defaultMode: 0440
    items: [{key: ca.crt, path: ca.crt}]
{{- end }}
{{- end }}
{{- end -}}
