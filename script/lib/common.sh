# SPDX-License-Identifier: Apache-2.0
# What every script shares: where the project is, and installing what is missing. Sourced, not run.

set -euo pipefail

caller=$PWD
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

# libmongoc's counters: as soon as it is loaded it makes /dev/shm/mongoc-PID for them, which a process that is killed
# leaves behind, and complains where an earlier one with the same number did.
export MONGOC_DISABLE_SHM=1

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# What can't be printed is an error: a full disk is one to every command, a standard output that is closed not to all.
(true 3>&1) 2>/dev/null || die "standard output is closed"

# What the script says of itself at its head.
print_head() {
  sed -n '1,2d; /^#/!q; s/^# \{0,1\}//p' "$0"
}

# To build and to run: the compilers (C, Meson, Thrift), and the libraries that ARCHITECTURE.md gives the reasons for.
packages_server=(
  gcc libc6-dev meson ninja-build pkg-config python3 thrift-compiler
  libglib2.0-dev libjansson-dev libjwt-dev libmicrohttpd-dev libmimalloc-dev libmongoc-dev libsodium-dev libsqlite3-dev
  libthrift-c-glib-dev zlib1g-dev
)
# To test: the Python of the integration tests, and a browser for the page.
packages_test=("${packages_server[@]}" ca-certificates chromium git openssl procps python3-venv wrk)
# For the matrix: the other compiler and the sanitizers' runtimes.
packages_matrix=("${packages_test[@]}" clang libclang-rt-14-dev llvm)
# To measure: what loads an HTTP server, and the clients of the transports that are compared.
packages_bench=("${packages_server[@]}" git libmosquitto-dev librabbitmq-dev python3-venv wrk)

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs those of the named Debian packages that are missing. Asks for neither root nor a network if none is.
install_packages() {
  local missing=() package as_root=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing, and installing them needs root or sudo: ${missing[*]}"
    as_root=(sudo)
  fi
  printf 'installing %s\n' "${missing[*]}" >&2
  {
    "${as_root[@]}" apt-get -qq update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${missing[@]}"
  } >&2 || die "apt-get could not install: ${missing[*]}"
}

# fill_venv FOLDER LIST: the Python packages of a list, in a folder of the project's own; made again when the list
# changes.
fill_venv() {
  if ! cmp -s "$2" "$1/requirements.txt"; then
    rm -rf "$1"
    python3 -m venv "$1" || die "making $1 failed"
    "$1/bin/pip" install -q -r "$2" >&2 || die "installing $2 failed"
    cp "$2" "$1/requirements.txt"
  fi
}

venv=.cache/venv
make_venv() {
  fill_venv "$venv" tests/requirements.txt
}

# build FOLDER [MESON-OPTION…] [-- TARGET…]: configures the folder once and builds the targets, or everything.
build() {
  local folder=$1 options=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  [ -f "$folder/build.ninja" ] || meson setup "$folder" "${options[@]}" >&2 || die "configuring $folder failed"
  # Else a target that has come since is not known.
  ninja -C "$folder" build.ninja >/dev/null || die "configuring $folder failed"
  meson compile -C "$folder" "${@:2}" >&2 || die "building $folder failed"
}
