# Sourced by ./build, ./test and ./demo: finds or installs what the project needs, and says in one line each what it fell back to.
# shellcheck shell=bash
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
configuration=Release
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { echo "$(basename "$0"): $*" >&2; }
fail() { say "$*"; exit 2; }

# A library of this name can be loaded.
has_library() {
  ldconfig -p 2>/dev/null | grep -q "$1" || ls /usr/lib/*/"$1"* /usr/lib/"$1"* /usr/local/lib/"$1"* /opt/homebrew/lib/"${1%%.so*}"* >/dev/null 2>&1
}

# Installs a Debian or Ubuntu package for a library that is missing; elsewhere, or without the right, says what to install.
need_library() { # library package
  has_library "$1" && return 0
  local as=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null && as=(sudo -n) || fail "$1 is missing and this user cannot install it: run 'sudo apt-get install $2', then again"
  fi
  command -v apt-get >/dev/null || fail "$1 is missing: install the system's package of it (Debian's is called $2), then run again"
  say "installing $2 for $1"
  "${as[@]}" apt-get install -y --no-install-recommends "$2" >/dev/null 2>&1 ||
    { "${as[@]}" apt-get update >/dev/null 2>&1 && "${as[@]}" apt-get install -y --no-install-recommends "$2" >/dev/null 2>&1; } ||
    fail "$2 could not be installed: run 'apt-get install $2' to see why"
  has_library "$1" || fail "$2 was installed, but $1 is still not found"
}

# Installs a Debian or Ubuntu package for a program; false where that cannot be done.
want_program() { # program package
  command -v "$1" >/dev/null && return 0
  command -v apt-get >/dev/null || return 1
  local as=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null && as=(sudo -n) || return 1
  fi
  say "installing $2 for $1"
  "${as[@]}" apt-get install -y --no-install-recommends "$2" >/dev/null 2>&1 ||
    { "${as[@]}" apt-get update >/dev/null 2>&1 && "${as[@]}" apt-get install -y --no-install-recommends "$2" >/dev/null 2>&1; } || return 1
  command -v "$1" >/dev/null
}

need_sdk() {
  command -v dotnet >/dev/null || fail "the .NET SDK is missing: install .NET SDK 10 (https://dotnet.microsoft.com/download), then run again"
  [ "$(dotnet --version 2>/dev/null | cut -d. -f1)" -ge 10 ] 2>/dev/null || fail "the .NET SDK $(dotnet --version 2>/dev/null || echo '?') is too old: .NET SDK 10 is needed"
}

# What is built: the whole, or all but the cluster where a package source lacks its packages.
solution=$root/KafkaRestoreCluster.sln
has_cluster() { [ "$solution" = "$root/KafkaRestoreCluster.sln" ]; }

# Restores packages (NU1101 to NU1103: not there; NU1603: only another version is); where the source lacks librdkafka.redist the system's librdkafka is used, which this machine then remembers; where it lacks those of the cluster, all else goes on without it.
restore_packages() {
  local log; log=$(mktemp)
  until dotnet restore "$solution" >"$log" 2>&1; do
    if grep -Eq 'NU(110[123]|1603).*librdkafka\.redist' "$log" && [ ! -f "$root/Directory.Build.local.props" ]; then
      say "the package source has no librdkafka.redist: using the system's librdkafka instead"
      printf '<Project>\n  <PropertyGroup>\n    <UseSystemLibrdkafka>true</UseSystemLibrdkafka>\n  </PropertyGroup>\n</Project>\n' >"$root/Directory.Build.local.props"
    elif grep -Eq 'NU(110[123]|1603).*(Microsoft\.Orleans|StackExchange\.Redis|Pipelines\.Sockets|System\.IO\.Hashing)' "$log" && has_cluster; then
      say "the package source lacks packages of the cluster (Microsoft.Orleans, StackExchange.Redis): going on without kafka-restore-silo and its tests; nothing else is missing"
      solution=$root/KafkaRestore.Standalone.slnf
    else
      cat "$log" >&2; rm -f "$log"; fail "packages could not be restored"
    fi
  done
  rm -f "$log"
}

setup() {
  need_sdk
  if [ "$(uname -s)" = Linux ]; then
    need_library libzstd.so.1 libzstd1
    need_library liblz4.so.1 liblz4-1
  fi
  restore_packages
  if [ -f "$root/Directory.Build.local.props" ] && [ "$(uname -s)" = Linux ]; then
    need_library librdkafka.so.1 librdkafka1
  fi
  return 0
}

build() {
  local log; log=$(mktemp)
  dotnet build "$solution" -c "$configuration" --no-restore -v quiet -clp:NoSummary >"$log" 2>&1 ||
    { cat "$log" >&2; rm -f "$log"; fail "the build failed"; }
  rm -f "$log"
}
