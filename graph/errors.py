"""Every error Halqa raises on purpose, each with the exit code the command line ends with.

    HalqaError                 1   failed, nothing changed
    ├── UsageError             2   wrong option, argument or setting: names it and the fix
    │   ├── MappingError       2   a mapping file is refused: names file, place and fix
    │   └── QueryError         2   a query is refused: points at the token
    ├── NothingFound           3   well-formed question, nothing there: says what was looked for
    ├── WorkspaceLocked        4   another writer holds the workspace: names its pid
    ├── IntegrityError         5   evidence or audit chain does not verify: names the file
    ├── InputError             1   a file cannot be read at all: names file and what to do
    ├── StorageError           1   disk full, no permission: says what is safe
    └── StoreError             1   the graph store failed or is unreachable
        ├── StoreUnavailable   1   server down, wrong password, wrong version
        └── QueryTimeout       1   a query ran longer than it was allowed

Bad *data* is never an exception: it becomes a reject row with a code (ingest/rejects.py).
"""

from __future__ import annotations


class HalqaError(Exception):
    """Root of all errors meant for people.

    ``message`` says what happened, ``hint`` what is safe and what to do next.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}\n{hint}" if hint else message)
        self.message = message
        self.hint = hint


class UsageError(HalqaError):
    exit_code = 2


class MappingError(UsageError):
    pass


class QueryError(UsageError):
    pass


class NothingFound(HalqaError):
    exit_code = 3


class WorkspaceLocked(HalqaError):
    exit_code = 4


class IntegrityError(HalqaError):
    exit_code = 5


class InputError(HalqaError):
    pass


class StorageError(HalqaError):
    pass


class StoreError(HalqaError):
    pass


class StoreUnavailable(StoreError):
    pass


class QueryTimeout(StoreError):
    pass
