#!/usr/bin/env bash
# Holds a running service against its own description with schemathesis: api-contract.sh URL [KEY].
# Bounded, and two runs ask the same.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/lib/test-tools.sh
python=$(test_python schemathesis==4.32.5 </dev/null)
url=$1
key=${2:-}

options=(
  --phases examples,coverage,fuzzing --max-examples "${QUARTERMASTER_CONTRACT_EXAMPLES:-20}"
  --generation-deterministic --no-color
  --continue-on-failure --suppress-health-check all --request-timeout 30 --warnings off
)
if [ -n "$key" ]; then
  options+=(--header "Authorization: Bearer $key" --checks all)
  # What a key opens is decided by its scope, which a schema cannot say: a correct push with an
  # administrator's key is 403. A filter that names nothing is an empty list or 404.
  options+=(--exclude-checks positive_data_acceptance)
else
  options+=(
    --checks not_a_server_error,status_code_conformance,content_type_conformance
    --checks response_schema_conformance,response_headers_conformance
  )
fi
program=$PWD/$(dirname "$python")/schemathesis
settings=$PWD/scripts/lib/schemathesis.toml
# It leaves folders where it runs.
cd .build/test-tools
exec "$program" --config-file "$settings" run "${options[@]}" "$url/openapi.json"
