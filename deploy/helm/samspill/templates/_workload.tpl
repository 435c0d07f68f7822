{{/* Everything of one service; a component's template is one line that calls this. */}}
{{- define "samspill.service" -}}
{{- $serves := ne .service "gateway" -}}
{{- if $serves }}
{{ include "samspill.migration" . }}
---
{{- end }}
{{ include "samspill.account" . }}
---
{{ include "samspill.config-map" . }}
---
{{ include "samspill.deployment" . }}
---
{{ include "samspill.cluster-service" . }}
---
{{ include "samspill.network-policy" . }}
---
{{ include "samspill.disruption-budget" . }}
---
{{ include "samspill.autoscaler" . }}
{{- if and .root.Values.certificates.issuer.name (not (index .root.Values.certificates.existingSecrets .service)) }}
---
{{ include "samspill.certificate-request" . }}
{{- end }}
{{- end -}}

{{- define "samspill.account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "samspill.name" . }}
  labels: {{- include "samspill.labels" . | nindent 4 }}
# No service speaks with Kubernetes.
automountServiceAccountToken: false
{{- end -}}

{{- define "samspill.config-map" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "samspill.name" . }}
  labels: {{- include "samspill.labels" . | nindent 4 }}
data: {{- include "samspill.configuration" . | nindent 2 }}
{{- end -}}

{{- define "samspill.is-one-pod" -}}
{{- if and (eq .service "retention") (not (include "samspill.shares-keys" .root)) -}}yes{{- end -}}
{{- end -}}

{{- define "samspill.deployment" -}}
{{- $settings := include "samspill.settings" . | fromJson -}}
{{- $isOnePod := include "samspill.is-one-pod" . -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "samspill.name" . }}
  labels: {{- include "samspill.labels" . | nindent 4 }}
spec:
  {{- if $isOnePod }}
  replicas: 1
  {{- else if not $settings.autoscaling.maxReplicas }}
  replicas: {{ $settings.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  selector:
    matchLabels: {{- include "samspill.selector" . | nindent 6 }}
  strategy:
    {{- if $isOnePod }}
    type: Recreate
    {{- else }}
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
    {{- end }}
  template:
    metadata:
      labels: {{- include "samspill.labels" . | nindent 8 }}
      annotations:
        checksum/configuration: {{ include "samspill.configuration" . | sha256sum }}
        {{- if eq .service "identity" }}
        checksum/schools: {{ include "samspill.schools" .root | sha256sum }}
        {{- end }}
        prometheus.io/scrape: "true"
        prometheus.io/port: "9102"
        prometheus.io/path: /metrics
        {{- with $settings.podAnnotations }}{{ toYaml . | nindent 8 }}{{ end }}
    spec:
      serviceAccountName: {{ include "samspill.name" . }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ $settings.terminationGraceSeconds }}
      securityContext: {{- include "samspill.pod-security" . | nindent 8 }}
      {{- with .root.Values.image.pullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $settings.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $settings.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $settings.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "samspill.selector" . | nindent 14 }}
      containers:
        - name: {{ .service }}
          image: {{ include "samspill.image" . }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: [samspill_{{ .service }}, serve]
          envFrom:
            - configMapRef: {name: {{ include "samspill.name" . }}}
          ports:
            {{- if eq .service "gateway" }}
            - {name: http, containerPort: 8080}
            {{- else }}
            - {name: grpc, containerPort: 9101}
            {{- end }}
            - {name: metrics, containerPort: 9102}
          startupProbe:
            httpGet: {path: /livez, port: metrics}
            periodSeconds: 2
            failureThreshold: 60
          readinessProbe:
            httpGet: {path: /readyz, port: metrics}
            periodSeconds: 2
            failureThreshold: 2
          livenessProbe:
            httpGet: {path: /livez, port: metrics}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          lifecycle:
            preStop:
              # Until the endpoints are taken away everywhere, requests still come; then SIGTERM drains.
              sleep: {seconds: 5}
          terminationMessagePolicy: FallbackToLogsOnError
          securityContext: {{- include "samspill.container-security" . | nindent 12 }}
          resources: {{- toYaml $settings.resources | nindent 12 }}
          volumeMounts: {{- include "samspill.volume-mounts" . | nindent 12 }}
      volumes: {{- include "samspill.volumes" . | nindent 8 }}
{{- end -}}

{{- define "samspill.cluster-service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "samspill.name" . }}
  labels: {{- include "samspill.labels" . | nindent 4 }}
spec:
  {{- if eq .service "gateway" }}
  ports:
    - {name: http, port: 80, targetPort: http}
    - {name: metrics, port: 9102, targetPort: metrics}
  {{- else }}
  # Headless: gRPC clients see every replica and spread their calls.
  clusterIP: None
  ports:
    - {name: grpc, port: 9101, targetPort: grpc}
    - {name: metrics, port: 9102, targetPort: metrics}
  {{- end }}
  selector: {{- include "samspill.selector" . | nindent 4 }}
{{- end -}}

{{- define "samspill.network-policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "samspill.name" . }}
  labels: {{- include "samspill.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "samspill.selector" . | nindent 6 }}
  policyTypes: [Ingress{{ if eq .service "gateway" }}, Egress{{ end }}]
  {{- if eq .service "gateway" }}
  # What browsers reach reaches the services that name it as a caller, and names; no database, no internet.
  egress:
    - ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
    - ports: [{port: grpc}]
      to:
        {{- range $callee, $values := .root.Values.services }}
        {{- if has "gateway" $values.callers }}
        - podSelector:
            matchLabels: {{- include "samspill.selector" (dict "root" $.root "service" $callee) | nindent 14 }}
        {{- end }}
        {{- end }}
  {{- end }}
  ingress:
    {{- if eq .service "gateway" }}
    - ports: [{port: http}]
    {{- else }}
    - ports: [{port: grpc}]
      from:
        {{- range $caller := (index .root.Values.services .service).callers }}
        - podSelector:
            matchLabels: {{- include "samspill.selector" (dict "root" $.root "service" $caller) | nindent 14 }}
        {{- end }}
    {{- end }}
    - ports: [{port: metrics}]
      from:
        - namespaceSelector: {{- toYaml .root.Values.monitoring.from | nindent 12 }}
{{- end -}}

{{- define "samspill.disruption-budget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "samspill.name" . }}
  labels: {{- include "samspill.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "samspill.selector" . | nindent 6 }}
{{- end -}}

{{- define "samspill.autoscaler" -}}
{{- $settings := include "samspill.settings" . | fromJson -}}
{{- if and $settings.autoscaling.maxReplicas (not (include "samspill.is-one-pod" .)) -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "samspill.name" . }}
  labels: {{- include "samspill.labels" . | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ include "samspill.name" . }}}
  minReplicas: {{ $settings.replicas }}
  maxReplicas: {{ max $settings.replicas $settings.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: {{ $settings.autoscaling.cpuPercent }}}}
{{- end -}}
{{- end -}}

{{- define "samspill.certificate-request" -}}
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: {{ include "samspill.name" . }}
  labels: {{- include "samspill.labels" . | nindent 4 }}
spec:
  secretName: {{ include "samspill.name" . }}-tls
  dnsNames: [{{ .service }}.samspill.internal]
  usages: [server auth, client auth]
  privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}
  issuerRef: {name: {{ .root.Values.certificates.issuer.name }}, kind: {{ .root.Values.certificates.issuer.kind }}}
{{- end -}}

{{/* Before anything serves, and nothing else that the release makes: migrations by the owner, and a try of what the
service will be told. A wrong secret ends the installation at once, with the sentence that names the setting. */}}
{{- define "samspill.migration" -}}
{{- $prefix := printf "SAMSPILL_%s_" (upper .service) -}}
{{- $tells := hasKey .root.Values.nats.existingSecrets .service -}}
{{- $hasRootKey := and (eq .service "retention") (ne .root.Values.keys.rootKey "vault") -}}
{{- if eq .service "retention" }}{{ include "samspill.check-keys" .root }}{{ end -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "samspill.name" . }}-migrate
  labels: {{- include "samspill.labels" (dict "root" .root "service" (printf "%s-migrate" .service)) | nindent 4 }}
  annotations: {{- include "samspill.job-hook" . | nindent 4 }}
spec:
  {{- include "samspill.job-patience" "migrate" | nindent 2 }}
  template:
    metadata:
      labels: {{- include "samspill.labels" (dict "root" .root "service" (printf "%s-migrate" .service)) | nindent 8 }}
    spec:
      {{- include "samspill.job-pod" .root | nindent 6 }}
      containers:
        - name: migrate
          image: {{ include "samspill.image" . }}
          args: [samspill_{{ .service }}, migrate]
          env:
            - {name: {{ $prefix }}OWNER_DATABASE_URL_FILE, value: /run/samspill/database/owner-url}
            - {name: {{ $prefix }}DATABASE_URL_FILE, value: /run/samspill/database/app-url}
            - {name: {{ $prefix }}JOBS_DATABASE_URL_FILE, value: /run/samspill/database/jobs-url}
            {{- if $tells }}
            - {name: {{ $prefix }}NATS_URL_FILE, value: /run/samspill/nats/url}
            {{- end }}
            {{- if $hasRootKey }}
            - {name: {{ $prefix }}ROOT_KEY_FILE, value: /run/samspill/root-key/root-key}
            {{- end }}
            {{- if eq .service "identity" }}
            - {name: {{ $prefix }}KEYCLOAK_ADDRESS, value: {{ .root.Values.keycloak.address | quote }}}
            - {name: {{ $prefix }}KEYCLOAK_REALM, value: {{ .root.Values.keycloak.realm | quote }}}
            - {name: {{ $prefix }}OIDC_CLIENT_SECRET_FILE, value: /run/samspill/keycloak/oidc-client-secret}
            - {name: {{ $prefix }}ADMIN_CLIENT_SECRET_FILE, value: /run/samspill/keycloak/admin-client-secret}
            {{- end }}
          volumeMounts:
            - {name: database, mountPath: /run/samspill/database, readOnly: true}
            {{- if $tells }}
            - {name: nats, mountPath: /run/samspill/nats, readOnly: true}
            {{- end }}
            {{- if $hasRootKey }}
            - {name: root-key, mountPath: /run/samspill/root-key, readOnly: true}
            {{- end }}
            {{- if eq .service "identity" }}
            - {name: keycloak, mountPath: /run/samspill/keycloak, readOnly: true}
            {{- end }}
          {{- include "samspill.job-container" .root | nindent 10 }}
      volumes:
        - name: database
          secret: {secretName: {{ include "samspill.database" . }}, defaultMode: 0440}
        {{- if $tells }}
        - name: nats
          secret: {secretName: {{ include "samspill.nats" . }}, defaultMode: 0440}
        {{- end }}
        {{- if $hasRootKey }}
        - name: root-key
          secret: {secretName: {{ include "samspill.root-key" .root }}, defaultMode: 0440}
        {{- end }}
        {{- if eq .service "identity" }}
        - name: keycloak
          secret: {secretName: {{ include "samspill.keycloak" .root }}, defaultMode: 0440}
        {{- end }}
{{- end -}}

{{- define "samspill.job-hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: "-5"
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
# Helm 4 prints what a failed job said.
helm.sh/hook-output-log-policy: hook-failed
{{- end -}}

{{/* Takes the container's name. A wrong setting (2) does not get right by trying again; what does not answer may. */}}
{{- define "samspill.job-patience" -}}
backoffLimit: 3
activeDeadlineSeconds: 300
podFailurePolicy:
  rules:
    - action: FailJob
      onExitCodes: {containerName: {{ . }}, operator: In, values: [2]}
{{- end -}}

{{/* What the pods of jobs have in common; jobs run before anything that the release makes. */}}
{{- define "samspill.job-pod" -}}
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
securityContext: {{- include "samspill.pod-security" . | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.defaults.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.defaults.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "samspill.job-container" -}}
imagePullPolicy: {{ .Values.image.pullPolicy }}
terminationMessagePolicy: FallbackToLogsOnError
securityContext: {{- include "samspill.container-security" . | nindent 2 }}
resources:
  requests: {cpu: 50m, memory: 128Mi}
  limits: {memory: 256Mi}
{{- end -}}
