#!/bin/sh
# Makes every password and key of an installation, each once: a folder per namespace, in it one per secret, in it
# a file per key of the secret. Run again, it keeps what is there and makes what is missing; a password whose file in
# passwords/ was taken away is a new one. Nothing is printed, nothing leaves the folder.
#
#   sh deploy/examples/secrets.sh FOLDER https://samspill.example.org
#
# POSTGRES and NATS are the addresses (host:port) where the examples beside this file put them.
set -eu
umask 077
folder=$1
public_address=$2
postgres=${POSTGRES:-postgres-rw.samspill-stores:5432}
nats=${NATS:-nats.samspill-stores:4222}

# It begins with a letter, because NATS would take some others for a number; all of it may stand in an address.
password() { printf 'p%s' "$(openssl rand -hex 24)"; }

# kept NAME: the password of that name, made when it is first asked for.
kept() {
  mkdir -p "$folder/passwords"
  [ -s "$folder/passwords/$1" ] || password >"$folder/passwords/$1"
  cat "$folder/passwords/$1"
}

# key NAMESPACE SECRET KEY TEXT
key() {
  mkdir -p "$folder/$1/$2"
  printf '%s' "$4" >"$folder/$1/$2/$3"
}

for service in identity surveys responses reports retention; do
  mkdir -p "$folder/psql"
  printf '\\set service %s\n' "$service" >"$folder/psql/$service.psql"
  for role in owner app jobs; do
    word=$(kept "database-$service-$role")
    key samspill "database-$service" "$role-url" "postgresql://${service}_$role:$word@$postgres/$service"
    printf "\\\\set %s_password '%s'\n" "$role" "$word" >>"$folder/psql/$service.psql"
  done
done

# `streams` makes the streams before anything serves; reports neither tells nor hears events.
for user in identity surveys responses retention streams; do
  word=$(kept "nats-$user")
  key samspill-stores nats-users "$user" "$word"
  key samspill "nats-$user" url "nats://$user:$word@$nats"
done

key samspill keycloak oidc-client-secret "$(kept keycloak-web)"
key samspill keycloak admin-client-secret "$(kept keycloak-identity)"
key samspill keycloak-setup client-secret "$(kept keycloak-setup)"
key samspill-stores samspill-realm public-address "$public_address"
key samspill-stores samspill-realm web-secret "$(kept keycloak-web)"
key samspill-stores samspill-realm identity-secret "$(kept keycloak-identity)"
key samspill-stores samspill-realm setup-secret "$(kept keycloak-setup)"
# For the first sign-in alone: Keycloak asks for another one then.
key samspill-stores samspill-realm leader-password "$(kept first-leader)"

# Losing it is losing every answer, so it is never made anew.
mkdir -p "$folder/samspill/root-key"
[ -s "$folder/samspill/root-key/root-key" ] || openssl rand -out "$folder/samspill/root-key/root-key" 32
