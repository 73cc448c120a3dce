# Second program of the guest, on the host's files: runs the command, keeps its code, ends.
E=/run/touchstone
B=$E/busybox
OUT=/dev/ttyS1
. $E/settings.sh

(
    # Should nobody outside be left to end the machine.
    $B sleep "$LIMIT"
    $B poweroff -f
) &
$B hostname touchstone-vm
$B ip link set lo up
[ "$COVER_TMP" = 0 ] || $B mount -t tmpfs -o mode=1777 tmpfs /tmp
if [ "$UDEV" = 1 ]; then
    $B mkdir -p /run/udev
    /lib/systemd/systemd-udevd --daemon
    for type in subsystems devices; do udevadm trigger --type=$type --action=add; done
    udevadm settle --timeout=60
fi
# The terminal passes bytes on as they are.
$B stty -F $OUT -opost

$B echo "touchstone: the command starts after $($B cut -d' ' -f1 /proc/uptime) s"
# The host's own shell: busybox's would take its own programs for the host's.
TERM=dumb /bin/sh $E/command.sh < /dev/null > $OUT 2>&1
echo $? > $E/code
$B echo "touchstone: the command ended after $($B cut -d' ' -f1 /proc/uptime) s"
$B grep -E 'MemTotal|MemAvailable' /proc/meminfo

# Waits until all that was said is out.
$B stty -F $OUT -opost
$B sync
$B poweroff -f
