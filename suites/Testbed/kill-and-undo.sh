# Runs in the virtual machine of ./run.sh testbed (see .ci/run): the runner is killed while guests do I/O on functions of two PFs; afterwards the
# machine is not as it was, and one undo makes it so: drivers, VFs, overrides, namespaces. Then a case runs as if nothing had been.
# What it cannot see by itself: queues and vectors of a VF that has gone; that undo told of them is looked for.
pfs='0000:01:00.0 0000:02:00.0'
record=/var/lib/nvme-migration/undo.jsonl
case='virtual-function/Two_guests_keep_every_block*'

state() {
    for pf in $pfs; do
        at=/sys/bus/pci/devices/$pf
        echo "$pf driver $(basename "$(readlink $at/driver)") override $(cat $at/driver_override) vfs $(cat $at/sriov_numvfs) probe $(cat $at/sriov_drivers_autoprobe)"
    done
    cat /sys/module/vfio_pci/parameters/enable_sriov
    ls /sys/bus/pci/devices
    ls /dev | grep '^nvme' | sed 's/[0-9]*n/n/' | sort | uniq -c
}

fail() { echo "kill-and-undo: $*"; exit 1; }

state >/tmp/before
conformance run profiles/testbed.yaml --allow-data-loss TESTBED0 --only "$case" --out /tmp/killed >/tmp/said 2>&1 &
runner=$!
waited=0
# A case has ended, so that others do I/O now.
until grep -q '"case"' /tmp/killed/journal.jsonl 2>/dev/null; do
    kill -0 $runner 2>/dev/null || { cat /tmp/said; fail 'the runner ended before it could be killed'; }
    [ $waited -lt 600 ] || fail 'no case ended within a minute'
    sleep 0.1
    waited=$((waited + 1))
done
kill -9 $runner
wait $runner 2>/dev/null
state >/tmp/killed.state
! cmp -s /tmp/before /tmp/killed.state || fail 'the kill came when nothing was taken: nothing is shown'
[ -s $record ] || fail "there is no $record"
conformance undo || fail "undo ended with $?"
sleep 1
state >/tmp/after
diff /tmp/before /tmp/after || fail 'undo did not make the machine what it was'
conformance undo | tee /tmp/again || fail "a second undo ended with $?"
conformance run profiles/testbed.yaml --allow-data-loss TESTBED0 --only "${case%\*}(1,1,4096)" --out /tmp/next >/tmp/said 2>&1 || { cat /tmp/said; fail 'the next run does not work'; }
state >/tmp/after
diff /tmp/before /tmp/after || fail 'the next run did not leave the machine as it was'
echo 'kill-and-undo: the runner was killed, and undo made the machine what it was'
