# SPDX-License-Identifier: Apache-2.0
"""Lists the *_get_type functions that Thrift's compiler declared, as a table for tw_cglib_init().

usage: list-types.py OUT.h OUT.c HEADER...
"""

import pathlib
import re
import sys

DECLARATION = re.compile(r"^GType (\w+_get_type) \(void\);", re.MULTILINE)


def main(out_header, out_source, *headers):
    functions = [name for path in headers for name in DECLARATION.findall(pathlib.Path(path).read_text())]
    if not functions:
        sys.exit("list-types.py: no type in " + " ".join(headers))
    pathlib.Path(out_header).write_text(
        "#pragma once\n#include <glib-object.h>\n"
        f"#define TW_N_GENERATED_TYPES {len(functions)}\n"
        "extern GType (*const tw_generated_types[TW_N_GENERATED_TYPES]) (void);\n"
    )
    includes = "".join(f'#include "{pathlib.Path(path).name}"\n' for path in headers)
    table = "".join(f"  {name},\n" for name in functions)
    pathlib.Path(out_source).write_text(
        f'#include "{pathlib.Path(out_header).name}"\n{includes}'
        f"GType (*const tw_generated_types[TW_N_GENERATED_TYPES]) (void) = {{\n{table}}};\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
