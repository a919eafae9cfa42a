"""A long line between two devices: delays every frame, loses some, and can be cut.

For kernels without netem. Makes two TAP devices, moves each into a network namespace, and carries
frames between them. ``SIGUSR1`` cuts the line: nothing gets through and neither end learns of it,
as behind a broken fibre. ``SIGUSR2`` ends that. Uses the standard library alone.
"""

import argparse
import fcntl
import heapq
import os
import random
import select
import signal
import struct
import subprocess
import time

tun_set_interface = 0x400454CA
tap_without_header = 0x0002 | 0x1000
longest_frame = 2048
frames_at_once = 64


def main() -> None:
    """Prints ``ready`` when both devices are where they belong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ends", nargs=2, metavar="DEVICE@NAMESPACE")
    parser.add_argument("--delay-ms", type=float, required=True, help="one way")
    parser.add_argument("--loss-percent", type=float, required=True, help="each way")
    parser.add_argument("--seed", type=int, required=True, help="of the losses")
    arguments = parser.parse_args()
    line = Line(arguments.delay_ms / 1000, arguments.loss_percent / 100, arguments.seed)
    signal.signal(signal.SIGUSR1, lambda *_: line.cut())
    signal.signal(signal.SIGUSR2, lambda *_: line.mend())
    a, b = (tap(*end.split("@")) for end in arguments.ends)
    print("ready", flush=True)
    line.carry(a, b)


def tap(device: str, namespace: str) -> int:
    """A TAP device in a namespace; we keep its other end wherever it goes."""
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    request = struct.pack("16sH22x", device.encode(), tap_without_header)
    fcntl.ioctl(end, tun_set_interface, request)
    subprocess.run(["ip", "link", "set", device, "netns", namespace], check=True)
    return end


class Line:
    """Frames under way, by the moment at which they arrive."""

    def __init__(self, delay: float, loss: float, seed: int) -> None:
        self.delay = delay
        self.loss = loss
        self.random = random.Random(seed)
        self.whole = True
        self.under_way: list[tuple[float, int, int, bytes]] = []
        self.number = 0

    def cut(self) -> None:
        """Lets nothing through."""
        self.whole = False

    def mend(self) -> None:
        """Lets everything through again."""
        self.whole = True

    def carry(self, a: int, b: int) -> None:
        """Carries frames until the process is ended."""
        other = {a: b, b: a}
        while True:
            self.deliver()
            wait = self.under_way[0][0] - time.monotonic() if self.under_way else 1.0
            for end in select.select([a, b], [], [], max(wait, 0))[0]:
                self.take(end, other[end])

    def take(self, end: int, to: int) -> None:
        """Reads what waits at one end."""
        for _ in range(frames_at_once):
            try:
                frame = os.read(end, longest_frame)
            except OSError:  # nothing more, or the device is down
                return
            if self.whole and self.random.random() >= self.loss:
                self.number += 1
                arrival = time.monotonic() + self.delay
                heapq.heappush(self.under_way, (arrival, self.number, to, frame))

    def deliver(self) -> None:
        """Writes what has arrived."""
        while self.under_way and self.under_way[0][0] <= time.monotonic():
            _, _, end, frame = heapq.heappop(self.under_way)
            if not self.whole:  # what was under way when it was cut is lost too
                continue
            try:
                os.write(end, frame)
            except OSError:  # the device is down, or its queue is full: lost, as on any line
                continue


if __name__ == "__main__":
    main()
