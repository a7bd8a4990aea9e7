# SPDX-License-Identifier: Apache-2.0
"""Measures Taskwire beside its peers, end to end: README.md says how to run it and how to read what it prints."""
