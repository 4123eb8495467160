// Text tables: separators, quotes, missing cells, and what is refused in words.

import { assertEquals, assertThrows } from "@std/assert";
import { openDelimited } from "#lib/formats/delimited.ts";
import { bytesOf } from "./fixtures.ts";

const open = (text: string) => openDelimited(bytesOf(text));

Deno.test("openDelimited() reads commas and tabs, quotes, line ends of Windows and a byte order mark", () => {
  const file = open('\ufeffname,"a ""b"", c"\r\nx,1\r\n"y\r\nz",-2.5e3\r\n\r\n');
  assertEquals(file.header, ["name", 'a "b", c']);
  assertEquals(file.rows, [["x", "1"], ["y\r\nz", "-2.5e3"]]);
  assertEquals([...file.numbers([1])], [1, -2500]);
  assertEquals(file.lineOf(1), 3);
  assertEquals(open("a\tb\n1\t2").format, "tsv");
});

Deno.test("openDelimited() takes tables without a header, as numpy.savetxt writes them", () => {
  const file = open("# made by savetxt\n1.0e+00,2\n,inf\n");
  assertEquals(file.header, undefined);
  assertEquals(file.read(""), { shape: [2, 2], data: Float64Array.of(1, 2, NaN, Infinity) });
});

Deno.test("openDelimited() takes empty, n/a, NA, NaN and null as missing", () => {
  assertEquals([...open("a,b\n,1\nn/a,1\nNA,1\nnan,1\nnull,1\n").numbers([0])], Array(5).fill(NaN));
});

Deno.test("openDelimited() refuses what it cannot know, and says which line", () => {
  const refused = (text: string, message: string) =>
    assertThrows(() => open(text).read(""), TypeError, message);
  refused("a;b\n1;2\n", "separated by semicolons");
  refused("a;b\n1,5;2,5\n", "semicolons");
  refused("1 2 3\n4 5 6\n", "separated by blanks");
  refused('a\tb\n1\t"2,5"\n', "decimal points, not commas");
  refused("a,b\n1,2\n3\n", "line 3 of the .csv file has 1 entries instead of 2");
  refused('a,b\n1,"2\n', "line 2 of the .csv file opens a quote that is never closed");
  refused('a,b\n1,"2"3\n', "line 2 of the .csv file goes on after a closing quote");
  refused("a,b\n1,x\n", `line 2, column 'b' of the .csv file: "x" is no number`);
  refused("", "empty");
});
