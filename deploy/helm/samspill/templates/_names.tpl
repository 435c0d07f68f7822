{{/* What things are called. Every helper takes (dict "root" $ "service" "<name>"). */}}
{{- define "samspill.name" -}}
{{ .root.Release.Name }}-{{ .service }}
{{- end -}}

{{- define "samspill.image" -}}
{{- $image := .root.Values.image -}}
{{- $name := printf "%s-%s" $image.repository .service -}}
{{- if $image.registry }}{{ $name = printf "%s/%s" $image.registry $name }}{{ end -}}
{{- $digest := index $image.digests .service -}}
{{- if $digest -}}
{{ $name }}@{{ $digest }}
{{- else -}}
{{ $name }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* The service's own settings over the defaults. */}}
{{- define "samspill.settings" -}}
{{ mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (index .root.Values.services .service)) | toJson }}
{{- end -}}

{{/* The secret with ca.crt, tls.crt and tls.key of a service. */}}
{{- define "samspill.certificate" -}}
{{- $existing := index .root.Values.certificates.existingSecrets .service -}}
{{- if $existing -}}
{{ $existing }}
{{- else if .root.Values.certificates.issuer.name -}}
{{ include "samspill.name" . }}-tls
{{- else -}}
{{ fail (printf "certificates: set certificates.issuer.name, or certificates.existingSecrets.%s" .service) }}
{{- end -}}
{{- end -}}

{{- define "samspill.database" -}}
{{ required (printf "databases.existingSecrets.%s: name the secret with app-url, jobs-url and owner-url" .service) (index .root.Values.databases.existingSecrets .service) }}
{{- end -}}

{{- define "samspill.key-store" -}}
{{ .root.Values.keys.store.existingClaim | default (printf "%s-key-store" .root.Release.Name) }}
{{- end -}}

{{- define "samspill.nats" -}}
{{ required (printf "nats.existingSecrets.%s: name the secret with the key url" .service) (index .root.Values.nats.existingSecrets .service) }}
{{- end -}}

{{- define "samspill.keycloak" -}}
{{ required "keycloak.existingSecret: name the secret with oidc-client-secret and admin-client-secret" .Values.keycloak.existingSecret }}
{{- end -}}
