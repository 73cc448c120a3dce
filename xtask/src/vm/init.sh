#!/bin/busybox sh
# First program of the guest: puts an overlay in memory over the host's files and goes there.
B=/bin/busybox
stop() {
    $B echo "touchstone: $1"
    $B poweroff -f
}
share() { # NAME FOLDER OPTIONS
    $B mount -t 9p -o "trans=virtio,version=9p2000.L,msize=1048576,$3" "$1" "$2" || stop "no $1"
}

$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B mount -t devtmpfs dev /dev
while read -r module; do
    $B insmod "/modules/$module" || stop "the module $module cannot be loaded"
done < /modules/order

share host /host ro,cache=loose
$B mount -t tmpfs -o mode=755 tmpfs /memory
$B mkdir /memory/upper /memory/work
$B mount -t overlay -o lowerdir=/host,upperdir=/memory/upper,workdir=/memory/work overlay /newroot ||
    stop "no overlay over the host's files"

for folder in proc sys dev tmp run; do $B mkdir -p "/newroot/$folder"; done
for folder in proc sys dev; do $B mount --move "/$folder" "/newroot/$folder"; done
$B mkdir -p /newroot/dev/pts /newroot/dev/shm
$B mount -t devpts devpts /newroot/dev/pts
$B mount -t tmpfs -o mode=1777 tmpfs /newroot/dev/shm
$B mount -t tmpfs -o mode=755 tmpfs /newroot/run
$B mkdir /newroot/run/touchstone
share exchange /newroot/run/touchstone rw,cache=none
exec $B switch_root /newroot /run/touchstone/busybox sh /run/touchstone/guest.sh
