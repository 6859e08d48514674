"""Prints microseconds of processor time for each greenlet that ends at once, and resident bytes of each that waits."""
import gc
import os
import sys
import time

import gevent


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def nothing():
    pass


tasks = int(sys.argv[1])
for _ in range(2):
    begin = time.process_time()
    gevent.joinall([gevent.spawn(nothing) for _ in range(tasks)])
    micros = (time.process_time() - begin) * 1e6 / tasks
gc.collect()
before = resident()
waiting = [gevent.spawn(gevent.sleep, 1000) for _ in range(10_000)]
gevent.sleep(0.01)
print(micros, (resident() - before) / 10_000)
os._exit(0)
