"""Holds the write lock of an SQLite database most of the time: ``python hold_lock.py FILE``."""

import sqlite3
import sys
import time

held_seconds = 0.4
free_seconds = 0.4


def main() -> None:
    """Locks and unlocks until it is stopped; prints a line when it first holds the lock."""
    connection = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
    first = True
    while True:
        connection.execute("BEGIN IMMEDIATE")
        if first:
            print("locked", flush=True)
            first = False
        time.sleep(held_seconds)
        connection.execute("COMMIT")
        time.sleep(free_seconds)


if __name__ == "__main__":
    main()
