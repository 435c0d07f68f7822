#!/bin/sh
# Certificates for those who have no cert-manager: an authority of one's own, and a certificate for each service,
# as the secrets tls-<service> in the folder of secrets.sh. Run again, it keeps the authority and renews the services'.
#
#   sh deploy/examples/certificates.sh FOLDER
#
# The authority's key, FOLDER/authority/ca.key, belongs in a safe place, not in the cluster.
set -eu
umask 077
authority=$1/authority
mkdir -p "$authority"

if [ ! -s "$authority/ca.key" ]; then
  openssl ecparam -name prime256v1 -genkey -noout -out "$authority/ca.key"
  openssl req -x509 -new -key "$authority/ca.key" -sha256 -days 1825 -subj '/CN=Samspill internal' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -out "$authority/ca.crt"
fi

for service in gateway identity surveys responses reports retention; do
  secret=$1/samspill/tls-$service
  mkdir -p "$secret"
  # Each service is client and server, under the one name that the others expect.
  cat >"$authority/$service.cnf" <<EXTENSIONS
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:$service.samspill.internal
EXTENSIONS
  openssl ecparam -name prime256v1 -genkey -noout -out "$secret/tls.key"
  openssl req -new -key "$secret/tls.key" -subj "/CN=$service" |
    openssl x509 -req -CA "$authority/ca.crt" -CAkey "$authority/ca.key" -set_serial "0x$(openssl rand -hex 16)" \
      -sha256 -days 90 -extfile "$authority/$service.cnf" -out "$secret/tls.crt" 2>"$authority/said" ||
    { cat "$authority/said" >&2 && exit 1; }
  cp "$authority/ca.crt" "$secret/ca.crt"
  rm "$authority/$service.cnf" "$authority/said"
done
