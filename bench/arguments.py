# SPDX-License-Identifier: Apache-2.0
"""The command line's parser."""

import argparse


class Parser(argparse.ArgumentParser):
    """argparse's own takes no notice of a help that could not be printed."""

    def print_help(self, file=None):
        print(self.format_help(), end="", flush=True, file=file)
