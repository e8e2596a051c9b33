"""The line protocol of ../README.md, shared by the Python drivers."""

import base64
import json
import queue
import sys
import threading
import traceback


class ClientError(Exception):
    """A failure to report as the answer of a command."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


_write_lock = threading.Lock()


def write(message):
    line = json.dumps(message, separators=(",", ":"))
    with _write_lock:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def event(name, **fields):
    write({"event": name, **fields})


def encode(data):
    return None if data is None else base64.b64encode(data).decode("ascii")


def decode(text):
    return None if text is None else base64.b64decode(text)


def headers_in(headers):
    return [(name, decode(value)) for name, value in headers or []]


def headers_out(headers):
    return [[name, encode(value)] for name, value in headers or []]


def burst_values(args):
    size = args.get("size", 0)
    return [f"{args['prefix']}{i}".ljust(size, ".").encode("ascii") for i in range(args["count"])]


def _read(commands):
    for line in sys.stdin:
        commands.put(json.loads(line))
    commands.put(None)


def run(driver, client):
    """Runs until input ends. The driver's poll is called between commands and reports whether it consumes."""
    commands = queue.Queue()
    threading.Thread(target=_read, args=(commands,), daemon=True).start()
    event("ready", client=client)
    while True:
        try:
            command = commands.get(timeout=0 if _poll(driver) else None)
        except queue.Empty:
            continue
        if command is None:
            driver.leave({})
            return
        _answer(driver, command)


def _poll(driver):
    try:
        return driver.poll()
    except Exception as error:  # What a client throws at its application while it consumes is the test's to judge.
        traceback.print_exc()
        event("trouble", message=f"{type(error).__name__}: {error}")
        return True


def _answer(driver, command):
    try:
        result = getattr(driver, command["op"])(command)
        write({"id": command["id"], "ok": result or {}})
    except ClientError as error:
        write({"id": command["id"], "error": {"code": error.code, "message": str(error)}})
    except Exception as error:  # The test shows it; the driver lives on.
        traceback.print_exc()
        write({"id": command["id"], "error": {"code": None, "message": f"{type(error).__name__}: {error}"}})
