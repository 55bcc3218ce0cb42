#!/usr/bin/env bash
# Proves that ./dev run works on a bare Debian 12: makes one with debootstrap, clones the repository into it,
# starts Kassa there and makes the purchase that it prints. Needs root. The packages come from wherever this host
# gets its own.
#
# Usage: tests/support/chroot.sh [DIR]     DIR is made, and removed at the end when it was not given.
#        UNTIL=packages tests/support/chroot.sh DIR     stops once ./dev's packages are installed
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
readonly repository
readonly suite=bookworm
readonly ready_seconds_max=3600 # A cold release build is part of it.
readonly root=${1:-$(mktemp -d)}
readonly keep=${1:+yes}
readonly clone=/opt/kassa # Inside the new root.
run_pid=

say() { echo "chroot: $*" >&2; }
die() { say "$*"; exit 1; }

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LANG=C.UTF-8 chroot "$root" "$@"; }

clean_up() {
  [[ -z $run_pid ]] || { kill -TERM "$run_pid" 2>/dev/null && wait "$run_pid"; } || true
  local mounted
  for mounted in dev/pts dev sys proc; do
    # Something that apt started may still hold it: then it goes when that ends.
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
  echo "$sources" >"$root/etc/apt/sources.list"
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
  mount --bind /dev/pts "$root/dev/pts"
}

clone_repository() {
  git -c safe.directory='*' clone --quiet --no-hardlinks "$repository" "$root$clone"
}

copy_package_list() {
  mkdir -p "$root$clone"
  cp "$repository/dev" "$repository/dev.packages" "$root$clone/"
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

main() {
  [[ $(id -u) == 0 ]] || die "needs root"
  command -v debootstrap >/dev/null || die "needs debootstrap (./dev setup check)"
  mkdir -p "$root"
  [[ -z $(ls -A "$root") ]] || die "$root is not empty"
  trap clean_up EXIT
  make_root
  mount_kernel
  if [[ ${UNTIL:-} == packages ]]; then
    copy_package_list
    inside "$clone/dev" setup
    say "packages installed; stopping as asked"
    return
  fi
  clone_repository
  buy
  say "ok: a bare Debian 12 builds, starts and sells"
}

main
