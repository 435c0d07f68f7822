# Turns the client off that set up the schools' permissions: it may administer the whole realm. Runs in Keycloak's pod,
# which has kcadm.sh; the secret comes before it through standard input (docs/operations.md has the command):
#   SETUP_SECRET='…'
# Keycloak's administrators turn it on again on its page in their console.
set -eu
kcadm="${KEYCLOAK_HOME:-/opt/keycloak}/bin/kcadm.sh"
address=${KEYCLOAK_ADDRESS:-http://localhost:8080}
session=$(mktemp)
trap 'rm -f "$session"' EXIT

KC_CLI_CLIENT_SECRET=$SETUP_SECRET "$kcadm" config credentials --config "$session" --server "$address" \
  --realm samspill --client samspill-setup </dev/null
id=$("$kcadm" get clients --config "$session" --target-realm samspill --query clientId=samspill-setup \
  --fields id --format csv --noquotes </dev/null)
"$kcadm" update "clients/$id" --config "$session" --target-realm samspill --set enabled=false </dev/null
echo 'samspill-setup is off'
