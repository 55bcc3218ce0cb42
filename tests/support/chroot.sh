#!/usr/bin/env bash
# Proves that ./dev run works on a bare Debian 12: makes one with debootstrap, clones the repository into it,
# starts Kassa there and makes the purchase that it prints. Needs root. The packages come from wherever this host
# gets its own.
#
# Usage: tests/support/chroot.sh [DIR]     DIR is made, and removed at the end when it was not given.
#        TEST=yes tests/support/chroot.sh [DIR]         runs ./dev test there as well, and prints its log
#        UNTIL=packages tests/support/chroot.sh DIR     stops once ./dev's packages are installed, with TEST=yes
#                                                       those of ./dev test as well
#
# What runs in the new root is ended with the script, whoever started it.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
readonly repository
readonly suite=bookworm
readonly ready_seconds_max=3600 # A cold release build is part of it.
readonly root=${1:-$(mktemp -d)}
readonly keep=${1:+yes}
readonly clone=/opt/kassa # Inside the new root.
readonly mounts=(dev/shm dev/pts dev sys proc) # In the order in which they come off.
readonly ending_seconds_max=20 # kassad drains for up to 10 s.
run_pid=

say() { echo "chroot: $*" >&2; }
die() { say "$*"; exit 1; }

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LANG=C.UTF-8 chroot "$root" "$@"; }

# Ids of the processes whose root directory is the new root.
inhabitants() {
  local process place
  place=$(realpath "$root")
  for process in /proc/[0-9]*; do
    [[ $(readlink "$process/root" 2>/dev/null) != "$place" ]] || echo "${process#/proc/}"
  done
}

# ./dev, the kassad that it waits for, and whatever the packages started.
end_inhabitants() {
  local signal tenth pids
  for signal in TERM KILL; do
    for ((tenth = 0; tenth < 10 * ending_seconds_max; tenth++)); do
      mapfile -t pids < <(inhabitants)
      ((${#pids[@]} > 0)) || return 0
      ((tenth > 0)) || kill -"$signal" "${pids[@]}" 2>/dev/null || true
      sleep 0.1
    done
  done
  say "still running in $root: ${pids[*]}"
}

stop_run() {
  end_inhabitants
  [[ -z $run_pid ]] || wait "$run_pid" || true
  run_pid=
}

clean_up() {
  stop_run
  local mounted
  for mounted in "${mounts[@]}"; do
    ! mountpoint -q "$root/$mounted" || umount "$root/$mounted" || umount --lazy "$root/$mounted"
  done
  # Never delete below a mount that could not be taken off.
  if [[ -z $keep ]] && ! grep -q " $root/" /proc/mounts; then rm -rf --one-file-system "$root"; fi
}

# "deb SITE RELEASE COMPONENT" for every Debian source of this host that serves the suite.
host_sources() {
  # shellcheck disable=SC2016
  local format='deb $(SITE) $(RELEASE) $(COMPONENT)'
  apt-get indextargets --format "$format" 'Created-By: Packages' 'Origin: Debian' \
    | awk -v suite="$suite" '$3 ~ "^" suite' | sort -u
}

make_root() {
  local sources mirror
  sources=$(host_sources)
  mirror=$(awk -v suite="$suite" '$3 == suite && $4 == "main" {print $2; exit}' <<<"$sources")
  [[ -n $mirror ]] || die "this host's apt knows no source for $suite main; run apt-get update"
  say "debootstrap $suite into $root"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >"$root.log" 2>&1 \
    || { tail -n 20 "$root.log" >&2; die "debootstrap failed"; }
  rm "$root.log"
  chmod 755 "$root" # mktemp leaves it to root alone, and tests run PostgreSQL as another user.
  echo "$sources" >"$root/etc/apt/sources.list"
  # As in every root without an init: packages start no servers, whose ports the host may use.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  copy_host_network
}

# What this host needs to reach its packages (proxy, certificates, names) the new root needs too.
copy_host_network() {
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  cp -L /etc/hosts "$root/etc/hosts"
  apt-config dump | grep -E '^Acquire::(http|https)::' >"$root/etc/apt/apt.conf.d/90host" || true
  if [[ -d /usr/local/share/ca-certificates ]]; then
    cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
    inside update-ca-certificates >/dev/null 2>&1
  fi
}

mount_kernel() {
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount --bind /dev "$root/dev"
  mount --make-private "$root/dev" # What is mounted below it must not appear below the host's.
  mount --bind /dev/pts "$root/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm" # PostgreSQL's shared memory.
}

clone_repository() {
  git -c safe.directory='*' clone --quiet --no-hardlinks "$repository" "$root$clone"
}

copy_package_list() {
  mkdir -p "$root$clone"
  cp "$repository/dev" "$repository/dev.packages" "$root$clone/"
}

install_packages() {
  copy_package_list
  local groups=()
  [[ ${TEST:-} != yes ]] || groups=(test cluster)
  inside "$clone/dev" setup "${groups[@]}"
  say "packages installed; stopping as asked"
}

wait_for_ready_line() { # LOG
  local second
  for ((second = 0; second < ready_seconds_max; second++)); do
    ! grep -q '^Ready: ' "$1" || return 0
    kill -0 "$run_pid" 2>/dev/null || return 1
    sleep 1
  done
  return 1
}

buy() {
  local log=$root/tmp/run.log answer
  inside "$clone/dev" run >"$log" 2>&1 &
  run_pid=$!
  wait_for_ready_line "$log" || { tail -n 40 "$log" >&2; die "./dev run did not get ready"; }
  answer=$(inside bash "$clone/data/purchase.sh")
  echo "$answer"
  grep -q '"status": "completed"' <<<"$answer" || die "the printed purchase did not complete"
}

run_tests() {
  local log=$root/tmp/test.log status=0
  say "./dev test, which takes long; its log so far is $log"
  inside "$clone/dev" test >"$log" 2>&1 || status=$?
  cat "$log"
  [[ $status == 0 ]] || die "./dev test ended with $status"
  say "ok: ./dev test is green on a bare Debian 12"
}

main() {
  [[ $(id -u) == 0 ]] || die "needs root"
  command -v debootstrap >/dev/null || die "needs debootstrap (./dev setup check)"
  mkdir -p "$root"
  [[ -z $(ls -A "$root") ]] || die "$root is not empty"
  trap clean_up EXIT
  make_root
  mount_kernel
  if [[ ${UNTIL:-} == packages ]]; then
    install_packages
    return
  fi
  clone_repository
  buy
  stop_run # Its ports and its share of the processors are the tests'.
  say "ok: a bare Debian 12 builds, starts and sells"
  [[ ${TEST:-} != yes ]] || run_tests
}

main
