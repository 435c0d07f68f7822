{{/* What a pod is told, what it mounts, and what it may not do. */}}
{{- define "samspill.pod-security" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "samspill.container-security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Plain settings, as the data of a ConfigMap. */}}
{{- define "samspill.configuration" -}}
{{- $values := .root.Values -}}
{{- $prefix := printf "SAMSPILL_%s_" (upper .service) -}}
{{- $told := dict "INSTALLATION" $values.installation "LOG_LEVEL" $values.logLevel "TLS_DIRECTORY" "/run/samspill/tls" "METRICS_LISTEN" "0.0.0.0:9102" -}}
{{- if eq .service "gateway" -}}
{{- $_ := set $told "HTTP_LISTEN" "0.0.0.0:8080" -}}
{{- else -}}
{{- $_ := set $told "RPC_LISTEN" "0.0.0.0:9101" -}}
{{- $_ := set $told "RPC_CALLERS" (join "," (index $values.services .service).callers) -}}
{{- $_ := set $told "DATABASE_URL_FILE" "/run/samspill/database/app-url" -}}
{{- $_ := set $told "JOBS_DATABASE_URL_FILE" "/run/samspill/database/jobs-url" -}}
{{- end -}}
{{- range $other, $_ := $values.services -}}
{{- if has $.service (index $values.services $other).callers -}}
{{- $_ := set $told (printf "%s_ADDRESS" (upper $other)) (printf "%s-%s:9101" $.root.Release.Name $other) -}}
{{- end -}}
{{- end -}}
{{- if hasKey $values.nats.existingSecrets .service -}}
{{- $_ := set $told "NATS_URL_FILE" "/run/samspill/nats/url" -}}
{{- $_ := set $told "STREAM_REPLICAS" (toString $values.nats.streamReplicas) -}}
{{- end -}}
{{- if has .service (list "gateway" "identity") -}}
{{- $_ := set $told "PUBLIC_ADDRESS" (required "publicAddress: the address that people type, such as https://samspill.kommune.no" $values.publicAddress) -}}
{{- end -}}
{{- if eq .service "identity" -}}
{{- $_ := set $told "KEYCLOAK_ADDRESS" (required "keycloak.address: where the service identity reaches Keycloak" $values.keycloak.address) -}}
{{- with $values.keycloak.publicAddress -}}{{- $_ := set $told "KEYCLOAK_PUBLIC_ADDRESS" . -}}{{- end -}}
{{- $_ := set $told "KEYCLOAK_REALM" $values.keycloak.realm -}}
{{- $_ := set $told "OIDC_CLIENT_SECRET_FILE" "/run/samspill/keycloak/oidc-client-secret" -}}
{{- $_ := set $told "ADMIN_CLIENT_SECRET_FILE" "/run/samspill/keycloak/admin-client-secret" -}}
{{- $_ := set $told "SCHOOLS_FILE" "/run/samspill/schools/schools.toml" -}}
{{- end -}}
{{- if eq .service "retention" -}}
{{- $told = mergeOverwrite $told (include "samspill.key-settings" .root | fromJson) -}}
{{- end -}}
{{- range $key, $value := (index $values.services .service).settings -}}
{{- $_ := set $told $key $value -}}
{{- end -}}
{{- range $key, $value := $told }}
{{ $prefix }}{{ $key }}: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "samspill.volume-mounts" -}}
- {name: tls, mountPath: /run/samspill/tls, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- if ne .service "gateway" }}
- {name: database, mountPath: /run/samspill/database, readOnly: true}
{{- end }}
{{- if hasKey .root.Values.nats.existingSecrets .service }}
- {name: nats, mountPath: /run/samspill/nats, readOnly: true}
{{- end }}
{{- if eq .service "identity" }}
- {name: keycloak, mountPath: /run/samspill/keycloak, readOnly: true}
- {name: schools, mountPath: /run/samspill/schools, readOnly: true}
{{- end }}
{{- if eq .service "retention" }}
{{- include "samspill.key-mounts" .root }}
{{- end }}
{{- end -}}

{{/* Nothing that serves can read the owner's password: its key is not mounted. */}}
{{- define "samspill.volumes" -}}
- name: tls
  secret: {secretName: {{ include "samspill.certificate" . }}, defaultMode: 0440}
- name: tmp
  emptyDir: {medium: Memory, sizeLimit: 64Mi}
{{- if ne .service "gateway" }}
- name: database
  secret:
    secretName: {{ include "samspill.database" . }}
    defaultMode: 0440
    items:
      - {key: app-url, path: app-url}
      - {key: jobs-url, path: jobs-url}
{{- end }}
{{- if hasKey .root.Values.nats.existingSecrets .service }}
- name: nats
  secret:
    secretName: {{ include "samspill.nats" . }}
    defaultMode: 0440
{{- end }}
{{- if eq .service "identity" }}
- name: keycloak
  secret:
    secretName: {{ include "samspill.keycloak" .root }}
    defaultMode: 0440
- name: schools
  configMap: {name: {{ .root.Release.Name }}-schools}
{{- end }}
{{- if eq .service "retention" }}
{{- include "samspill.key-volumes" .root }}
{{- end }}
{{- end -}}
