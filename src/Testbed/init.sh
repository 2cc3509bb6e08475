#!/bin/busybox sh
# The first process of the virtual machine: makes it a system in which the program runs, runs what it was given, and ends the machine.
# What it leaves in /bed: dmesg.txt, and last of all exitcode, without which nothing was shown.
/bin/busybox mkdir -p /proc /sys /dev /tmp /bed /root /usr/bin /var/tmp /run
/bin/busybox --install -s /bin
export PATH=/bin TERM=dumb HOME=/root TMPDIR=/tmp DOTNET_EnableDiagnostics=0 DOTNET_gcServer=0 DOTNET_TieredPGO=0 DOTNET_TC_CallCounting=0
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mkdir -p /dev/shm
mount -t tmpfs shm /dev/shm
while read -r module; do insmod "/modules/$module" || echo "init: cannot load $module" >&2; done </modules/order
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 bed /bed || { echo 'init: the shared folder is not there'; poweroff -f; }
[ ! -f /reports.shared ] || mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 reports /suite/reports

# A controller is probed in the background; whoever looks for it wants it live.
waited=0
for function in $(cat /controllers); do
    while [ "$(cat /sys/bus/pci/devices/"$function"/nvme/nvme*/state 2>/dev/null)" != live ] && [ $waited -lt 300 ]; do
        sleep 0.1
        waited=$((waited + 1))
    done
done

stty raw </dev/ttyS1 2>/dev/null
cd /suite || exit
/command >/dev/ttyS1 2>&1 </dev/null
code=$?
dmesg >/bed/dmesg.txt
echo $code >/bed/exitcode
sync
poweroff -f
