# SPDX-License-Identifier: MIT
# A fresh Debian in a folder, for the tests that want one (root only; what it needs: debian_lacks).
#
#   debian_lacks SUITE           prints why there can be none here, or fails if there can
#   debian_make SUITE DIR        puts a minimal Debian into DIR; the first takes a minute, the next ones seconds
#   debian_run DIR COMMAND...    runs COMMAND in it, as root, in /root, with a clean environment and the
#                                machine's network; as another user: debian_run DIR runuser -u NAME -- COMMAND
#   debian_alone DIR COMMAND...  the same with a network of its own, which has a loopback interface only
#   debian_gone DIR              removes it
#
# Nothing is ever mounted where the machine could see it: each debian_run makes its mounts in a namespace
# of its own, and its processes live in one too, so that all is gone with it, however it ends.
#
# In build/debian: the archive that each Debian is unpacked from (a week old at most), and the packages
# that were fetched for it. DEBIAN_MIRROR: where from, instead of what this machine's apt uses.

DEBIAN_CACHE=${DEBIAN_CACHE:-$ROOT/build/debian}

# The mirror of this machine that has the suite; in the end Debian's own.
debian_mirror() {
  local mirror found=1
  while read -r mirror; do
    # debootstrap depends on wget: it is there.
    wget -q --spider -T 10 -t 1 "$mirror/dists/$1/InRelease" 2>/dev/null && found=0 && echo "$mirror" && break
  done < <(
    [ -z "${DEBIAN_MIRROR:-}" ] || { echo "$DEBIAN_MIRROR"; exit; }
    cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
      sed -nE 's@^(deb +(\[[^]]*\] +)?|URIs: *)(https?://[^ ]*/debian)/?( .*)?$@\3@p' | sort -u
    echo http://deb.debian.org/debian
  )
  return $found
}

debian_archive() { echo "$DEBIAN_CACHE/$1-$(uname -m).tar"; }
debian_fresh() { [ -n "$(find "$(debian_archive "$1")" -mtime -7 2>/dev/null)" ]; }

debian_lacks() {
  if [ "$(id -u)" != 0 ]; then
    echo "not root: no fresh Debian can be made"
  elif ! command -v debootstrap >/dev/null; then
    echo "no debootstrap here: no fresh Debian can be made"
  elif ! unshare --mount --pid --net --fork true 2>/dev/null; then
    echo "no namespaces for root here: no fresh Debian can be run"
  elif ! debian_mirror "$1" >/dev/null; then
    echo "no mirror of Debian $1 can be reached"
  else
    return 1
  fi
}

debian_make() {
  local suite=$1 dir=$2 archive
  archive=$(debian_archive "$suite")
  mkdir -p "$DEBIAN_CACHE/$suite-packages" "$dir" || return
  (
    flock 9 || exit # another test may want the same
    debian_fresh "$suite" || debian_archived "$suite" "$archive"
  ) 9>"$archive.lock" || return
  tar -xf "$archive" -C "$dir" --numeric-owner || return
  cp /etc/resolv.conf /etc/hosts "$dir/etc/" || return
  touch "$dir/.debian-$suite"
  # What was fetched before need not be fetched again; apt compares its checksum.
  cp -ln "$DEBIAN_CACHE/$suite-packages/"*.deb "$dir/var/cache/apt/archives/" 2>/dev/null ||
    cp -n "$DEBIAN_CACHE/$suite-packages/"*.deb "$dir/var/cache/apt/archives/" 2>/dev/null || true
  debian_run "$dir" apt-get -qq update # the mirror may have newer packages by now, and the old ones no more
}

# The archive, made anew.
debian_archived() {
  local suite=$1 archive=$2 made mirror
  mirror=$(debian_mirror "$suite") || return
  made=$(mktemp -d "$archive.XXXXXX") && chmod 755 "$made" || return
  if ! debootstrap --variant=minbase "$suite" "$made" "$mirror" >"$archive.log" 2>&1; then
    tail -n 20 "$archive.log" >&2
    debian_gone "$made"
    return 1
  fi
  # It lives for minutes: no need to wait for the disk. And apt keeps what it fetched, for the next time.
  echo force-unsafe-io >"$made/etc/dpkg/dpkg.cfg.d/unsafe-io"
  cat >"$made/etc/apt/apt.conf.d/99fresh" <<-'APT'
	APT::Keep-Downloaded-Packages "true";
	Binary::apt::APT::Keep-Downloaded-Packages "true";
	Acquire::Languages "none";
	APT
  # Services are not to start in it, whatever package has some.
  printf '#!/bin/sh\nexit 101\n' >"$made/usr/sbin/policy-rc.d"
  chmod +x "$made/usr/sbin/policy-rc.d"
  cp /etc/resolv.conf /etc/hosts "$made/etc/"
  if debian_run "$made" bash -c 'apt-get clean && apt-get -qq update' &&
    tar -cf "$archive.new" -C "$made" --numeric-owner .; then
    mv "$archive.new" "$archive"
  else
    debian_gone "$made"
    return 1
  fi
  debian_gone "$made"
}

debian_run() { debian_in '' "$@"; }
debian_alone() { debian_in --net "$@"; }

debian_in() {
  local network=$1 dir=$2
  shift 2
  # pivot_root, since a user namespace (the grader wants some) is refused to whoever sits in a chroot.
  # shellcheck disable=SC2016,SC2086
  unshare --mount --pid --fork --kill-child --uts --ipc $network -- bash -c '
    set -e
    dir=$1 network=$2
    shift 2
    if [ -n "$network" ]; then ip link set lo up; fi
    hostname debian
    mount --bind "$dir" "$dir"
    mount -t proc proc "$dir/proc"
    mount -t sysfs -o ro sysfs "$dir/sys" 2>/dev/null || mount --rbind /sys "$dir/sys"
    mount -t tmpfs -o mode=755 tmpfs "$dir/dev"
    for device in null zero full random urandom tty; do
      touch "$dir/dev/$device"
      mount --bind "/dev/$device" "$dir/dev/$device"
    done
    mkdir "$dir/dev/pts" "$dir/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$dir/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$dir/dev/shm"
    ln -s pts/ptmx "$dir/dev/ptmx"
    ln -s /proc/self/fd "$dir/dev/fd"
    ln -s fd/0 "$dir/dev/stdin"
    ln -s fd/1 "$dir/dev/stdout"
    ln -s fd/2 "$dir/dev/stderr"
    cd "$dir"
    mkdir -p .outside
    pivot_root . .outside
    exec chroot . /bin/bash -c "umount -l /.outside && cd /root && exec \"\$@\"" bash "$@"
  ' bash "$dir" "$network" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 TERM="${TERM:-dumb}" DEBIAN_FRONTEND=noninteractive \
    ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} "$@" 3>&- 4>&-
}

debian_gone() {
  local dir=$1 suite
  for suite in "$dir"/.debian-*; do
    suite=${suite##*/.debian-}
    [ ! -d "$DEBIAN_CACHE/$suite-packages" ] ||
      mv -n "$dir/var/cache/apt/archives/"*.deb "$DEBIAN_CACHE/$suite-packages/" 2>/dev/null || true
  done
  rm -rf --one-file-system -- "$dir"
}
