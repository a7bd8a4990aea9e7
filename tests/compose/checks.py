# SPDX-License-Identifier: Apache-2.0
"""What script/test-compose looks at, with nothing but Python's standard library:

checks.py URL put FILE          makes an account and tasks, and notes them in FILE
checks.py URL find FILE         finds them again, with the same token
checks.py URL look FOLDER ID…   looks at the containers, and for FOLDER's secrets where none should be
"""

import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from walk import call  # noqa: E402

PERSON = {"email": "keeper@example.org", "password": "correct horse battery"}
SECRETS = {
    "gateway": [],
    "tasks": ["tasks_store"],
    "accounts": ["accounts_store"],
    "mongo": ["accounts_store", "mongo_key", "mongo_root_password", "tasks_store"],
}


def put(note):
    account = call("POST", "/v1/accounts", PERSON, expect=201)["account"]
    token = call("POST", "/v1/sessions", PERSON, expect=201)["accessToken"]
    tasks = [call("POST", "/v1/tasks", {"name": f"kept {n}"}, token, 201) for n in range(3)]
    pathlib.Path(note).write_text(json.dumps({"account": account, "token": token, "tasks": tasks[::-1]}))
    print(account["id"])


def find(note):
    noted = json.loads(pathlib.Path(note).read_text())
    for token in noted["token"], call("POST", "/v1/sessions", PERSON, expect=201)["accessToken"]:
        assert call("GET", "/v1/account", token=token) == noted["account"]
        assert call("GET", "/v1/tasks", token=token)["tasks"] == noted["tasks"]
    print("everything is there")


def docker(*arguments, expect=0):
    done = subprocess.run(["docker", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert expect is None or done.returncode == expect, (arguments, done.returncode, done.stdout)
    return done.stdout.decode(errors="replace")


def look_at(folder, container):
    state = json.loads(docker("inspect", container))[0]
    service = state["Config"]["Labels"]["com.docker.compose.service"]
    host = state["HostConfig"]
    assert state["State"]["Health"]["Status"] == "healthy", service
    assert host["ReadonlyRootfs"] and not host["Privileged"] and not host["CapAdd"], service
    assert host["RestartPolicy"]["Name"] == "unless-stopped" and host["Memory"] > 0 and host["PidsLimit"] > 0, service
    assert bool(host["PortBindings"]) == (service == "gateway"), (service, host["PortBindings"])
    assert all(binding["HostIp"] == "127.0.0.1" for ports in host["PortBindings"].values() for binding in ports)

    # What the kernel says of the process, not what Docker was asked for.
    status = dict(
        re.findall(r"^(\w+):\s+(.*)$", pathlib.Path(f"/proc/{state['State']['Pid']}/status").read_text(), re.MULTILINE)
    )
    assert "0" not in status["Uid"].split() + status["Gid"].split(), (service, status["Uid"], status["Gid"])
    assert all(int(status[caps], 16) == 0 for caps in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")), service
    assert status["NoNewPrivs"] == "1", service
    docker("exec", container, "sh", "-c", "! touch /root-file /usr/bin/file 2>/dev/null")

    # Each its own secrets, readable for its user, and no other's.
    names = docker("exec", container, "sh", "-c", "cd /run/secrets 2>/dev/null && ls || true").split()
    assert names == SECRETS[service], (service, names)
    for name in names:
        text = (folder / name.replace("_", "-")).read_text().strip()
        assert docker("exec", container, "cat", f"/run/secrets/{name}").strip() == text, (service, name)
    return service


def look_for_secrets(folder, containers):
    secrets = {
        secret
        for file in folder.iterdir()
        for secret in re.findall(r"[0-9a-f]{48,}", file.read_text())
    }
    assert len(secrets) == 4
    commands = "".join(
        file.read_bytes().decode(errors="replace") for file in pathlib.Path("/proc").glob("[0-9]*/cmdline")
    )
    for container in containers:
        said = docker("inspect", container) + docker("logs", container) + commands
        assert not [secret for secret in secrets if secret in said], f"{container} shows a secret"


def look(folder, *containers):
    services = sorted(look_at(pathlib.Path(folder), container) for container in containers)
    assert services == sorted(SECRETS), services
    look_for_secrets(pathlib.Path(folder), containers)
    print("the containers are as they should be")


if __name__ == "__main__":
    {"put": put, "find": find, "look": look}[sys.argv[2]](*sys.argv[3:])
