# SPDX-License-Identifier: Apache-2.0
"""What the Dockerfile and docker-compose.yml say, without a Docker daemon: script/test-compose runs them."""

import re
import subprocess

import pytest

from support.processes import BUILD, PROJECT

# What every Debian image has; and what a build with sanitizers needs more than the image's.
ALWAYS_THERE = {"libc6", "libgcc-s1", "libasan8", "libtsan2", "libubsan1"}


def stages():
    """By name: the stage's own text, without comments and with continued lines joined, behind what it is made from."""
    text = re.sub(r"^#.*\n", "", (PROJECT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    found = {}
    for stage in re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]:
        source, name = re.match(r"(\S+) AS (\S+)", stage).groups()
        found[name] = found.get(source, "") + stage
    return found


def installed():
    """By the name of each package of this machine: those that it needs."""
    listed = subprocess.check_output(["dpkg-query", "-W", "-f", "${Package}|${Pre-Depends},${Depends}\\n"], text=True)
    lines = (line.split("|", 1) for line in listed.splitlines())
    return {package: set(re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]+)", needs)) for package, needs in lines}


def with_needs(packages):
    known, found, left = installed(), set(), set(packages)
    while left:
        package = left.pop()
        found.add(package)
        left |= known.get(package, set()) - found
    return found


def packages_needed_by(program):
    dynamic = subprocess.check_output(["readelf", "-d", program], text=True)
    libraries = re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)
    assert libraries
    owners = subprocess.check_output(["dpkg", "-S", *(f"*-linux-gnu/{library}" for library in libraries)], text=True)
    return {line.split(":")[0] for line in owners.splitlines()}


@pytest.mark.parametrize("image", ["gateway", "tasks", "accounts"])
def test_an_image_has_the_libraries_of_its_programs(image):
    text = stages()[image]
    packages = re.search(r"apt-get \S* ?install ([^&]+)&&", text).group(1).split()
    programs = re.findall(r"/project/build/image/(\S+)", text)
    assert programs
    there = with_needs(package for package in packages if not package.startswith("-")) | ALWAYS_THERE
    for program in programs:
        assert packages_needed_by(BUILD / program) <= there, program


def test_settings_of_the_gateway_reach_its_container():
    compose = (PROJECT / "docker-compose.yml").read_text()
    settings = {"TW_PUBLIC_URL", "TW_TRUSTED_PROXIES", "TW_CORS_ORIGIN", "TW_REQUESTS_PER_ADDRESS", "TW_REQUESTS_PER_ACCOUNT"}
    settings |= {"TW_REQUIRE_IF_MATCH"}
    assert settings <= set(re.findall(r'^ +(TW_\w+): "\$\{\1:-[^}]*\}"$', compose, flags=re.MULTILINE))
    described = set(re.findall(r"^\| `(TW_\w+)` \|", (PROJECT / "docs/compose.md").read_text(), flags=re.MULTILINE))
    assert described == set(re.findall(r"\$\{(TW_\w+):-", compose))
