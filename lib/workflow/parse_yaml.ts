// YAML text -> tree, or problems with their places. YAML ends here: nothing beyond this file knows the library.
// Limits come first, so that no text, however hostile, costs more than about a second.

// deno-lint-ignore basin/rooms -- see withoutEnvironment()
import process from "node:process";
import { Composer, type Document, Lexer, Parser, type YAMLError } from "yaml";
import type { Diagnostic } from "../core/diagnostic.ts";
import { err, ok, type Result } from "../core/result.ts";
import { limits } from "./limits.ts";
import { Problems } from "./problems.ts";
import type { Place, SourceText } from "./source_text.ts";
import { readNodes } from "./read_nodes.ts";
import type { Tree } from "./tree.ts";

/** At most this many syntax errors: the first is the cause of most of the others. */
const maxSyntaxErrors = 10;

/**
 * Parses one YAML document.
 *
 * @example
 * ```ts
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const twice = parseYaml(new SourceText("a.yaml", "x: 1\nx: 2\n"));
 * assertEquals(!twice.ok && twice.error[0].code, "duplicate-key");
 * ```
 */
export function parseYaml(source: SourceText): Result<Tree, Diagnostic[]> {
  const problems = new Problems();
  const tree = withoutEnvironment(() => parse(source, problems));
  return tree === null || problems.failed ? err(problems.errors()) : ok(tree);
}

function parse(source: SourceText, problems: Problems): Tree | null {
  const { text } = source;
  const place = (start: number, end = start): Place => ({ source, start, end });
  if (text.length > limits.length) {
    problems.error(
      "too-large",
      place(0),
      `the file has ${text.length.toLocaleString("en")} characters; at most ${
        limits.length.toLocaleString("en")
      } are read`,
    );
    return null;
  }
  const strange = findStrange(text);
  if (strange !== null) {
    problems.error(strange.code, place(strange.at, strange.at + 1), strange.message, {
      hint: strange.hint,
    });
    return null;
  }
  if (countParts(text) > limits.parts) {
    problems.error("too-large", place(0), "the file has too many parts to be read", {
      hint: "make stages by axes instead of writing them out",
    });
    return null;
  }
  const tokens = [];
  const parser = new Parser();
  const open: Bracket[] = [];
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === "[" || lexeme === "{") open.push({ sign: lexeme, offset });
    else if (lexeme === "]" || lexeme === "}") {
      const last = open[open.length - 1];
      if (last?.sign === (lexeme === "]" ? "[" : "{")) open.pop();
    }
    if (open.length > limits.depth) return tooDeep(problems, place(offset, offset + 1));
    // The lexer's own marks (start of a document, of a scalar, …) are single control characters, not text.
    if (lexeme !== "\x02" && lexeme !== "\x18" && lexeme !== "\x1f") offset += lexeme.length;
    for (const token of parser.next(lexeme)) tokens.push(token);
  }
  for (const token of parser.end()) tokens.push(token);
  const deep = findDeep(tokens as CstNode[]);
  if (deep !== null) return tooDeep(problems, place(deep, deep + 1));

  const composer = new Composer({ uniqueKeys: false, strict: true, merge: false, version: "1.2" });
  const documents: Document[] = [];
  for (const document of composer.compose(tokens, true, text.length)) {
    documents.push(document as unknown as Document);
    if (documents.length > 1) break;
  }
  const [document, second] = documents;
  const complaints = [...document.errors, ...document.warnings]
    .sort((a, b) => a.pos[0] - b.pos[0]);
  const bare = complaints.filter((complaint) => opensExpression(text, complaint));
  for (const complaint of bare.slice(0, maxSyntaxErrors)) {
    addBareExpression(problems, source, complaint);
  }
  const others = bare.length === 0
    ? complaints // What follows an expression without quotes follows from it.
    : complaints.filter(({ pos }) => pos[0] < bare[0].pos[0]);
  for (const complaint of others.slice(0, maxSyntaxErrors)) {
    addSyntaxError(problems, source, complaint, open);
  }
  if (problems.failed) return null;
  if (second !== undefined) {
    const at = second.contents?.range?.[0] ?? second.range?.[0] ?? text.length;
    problems.error("many-documents", place(at, at + 1), "a second document starts here", {
      hint: "a file holds one workflow; remove the line `---` before it",
    });
    return null;
  }
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== "1.2") {
    problems.error("yaml-version", place(0), "the file asks for another YAML than 1.2", {
      hint: "remove the line `%YAML`",
    });
    return null;
  }
  return readNodes(document, source, problems);
}

/**
 * The library's build for Node asks `process.env` about a debugging aid at every token: that needs a permission
 * which Basin does not ask for, and takes a third of the time. Nothing else runs meanwhile.
 */
function withoutEnvironment<T>(parse: () => T): T {
  const { env } = process;
  // deno-lint-ignore basin/pure -- nothing is read from it
  process.env = {};
  try {
    return parse();
  } finally {
    // deno-lint-ignore basin/pure -- put back
    process.env = env;
  }
}

/** Line ends, colons and commas: what the time that the library takes is proportional to. */
function countParts(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 44 || code === 58) count++;
  }
  return count;
}

function tooDeep(problems: Problems, at: Place): null {
  problems.error("too-deep", at, `lists and maps are nested over ${limits.depth} deep here`);
  return null;
}

// deno-lint-ignore no-control-regex
const strangeCharacter = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufffe\uffff]|(?!^)\ufeff/u;

function findStrange(text: string) {
  const at = text.search(strangeCharacter);
  if (at < 0) return null;
  const code = text.charCodeAt(at);
  if (code === 0xfffd) {
    return {
      code: "not-utf8",
      at,
      message: "the text is not valid UTF-8 here",
      hint: "save the file as UTF-8",
    };
  }
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return {
    code: "control-character",
    at,
    message: code === 0xfeff
      ? "a byte order mark inside the text"
      : `a control character (${name}), which YAML does not allow`,
    hint: code === 0
      ? "save the file as UTF-8 text; UTF-16 files look like this"
      : "remove it, or write it as an escape in double quotes",
  };
}

/** What is looked at of the library's concrete syntax. */
interface CstNode {
  readonly offset: number;
  readonly value?: CstNode;
  readonly items?: readonly { readonly key?: CstNode | null; readonly value?: CstNode }[];
}

/** Offset of a collection that lies too deep. With a stack of its own: the tree may be very deep indeed. */
function findDeep(tokens: readonly CstNode[]): number | null {
  const stack: { node: CstNode; depth: number }[] = [];
  for (const token of tokens) {
    if (token.value !== undefined) stack.push({ node: token.value, depth: 0 });
  }
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, depth } = top;
    if (node.items === undefined) continue;
    if (depth >= limits.depth) return node.offset;
    for (const { key, value } of node.items) {
      if (key) stack.push({ node: key, depth: depth + 1 });
      if (value) stack.push({ node: value, depth: depth + 1 });
    }
  }
  return null;
}

/** The library's codes in the words of somebody who writes a workflow. */
const wording: Readonly<Record<string, { message?: string; hint?: string }>> = {
  TAB_AS_INDENT: {
    message: "a tab is used for indentation",
    hint: "YAML is indented with spaces; replace the tab by two of them",
  },
  BAD_INDENT: {
    hint: "keys of one map start in the same column, and what belongs to a key further right",
  },
  MULTILINE_IMPLICIT_KEY: { hint: "is a `:` missing after the key, or a quote left open?" },
  BLOCK_AS_IMPLICIT_KEY: {
    message: "text with `: ` in it looks like a second key on the line",
    hint: "put text that contains `: ` in quotes",
  },
  MISSING_CHAR: {},
  UNEXPECTED_TOKEN: { hint: "put text with special characters in quotes" },
  TAG_RESOLVE_FAILED: { hint: "remove the tag; quotes make a string" },
  BAD_DQ_ESCAPE: { hint: "in double quotes a backslash starts an escape; single quotes keep it" },
};

/** A bracket that opens a list or map within a line. */
interface Bracket {
  readonly sign: string;
  readonly offset: number;
}

/** Whether the parser stumbles over the first brace of `${{`: inside `{ }` and `[ ]` it opens a map. */
function opensExpression(text: string, { pos: [start] }: YAMLError): boolean {
  return text.slice(start - 1, start + 2) === "${{";
}

function addBareExpression(problems: Problems, source: SourceText, { pos }: YAMLError): void {
  const start = pos[0] - 1;
  const rest = source.text.slice(start);
  const expression = /^\$\{\{[^\n]*?\}\}/.exec(rest)?.[0] ?? "${{";
  problems.error(
    "unquoted-expression",
    { source, start, end: start + expression.length },
    "an expression inside `{ }` or `[ ]` needs quotes",
    { hint: `write "${expression === "${{" ? "${{ … }}" : expression}"` },
  );
}

function addSyntaxError(
  problems: Problems,
  source: SourceText,
  complaint: YAMLError,
  unclosed: readonly Bracket[],
): void {
  const [start, end] = complaint.pos;
  const at = {
    source,
    start: Math.min(start, source.text.length),
    end: Math.min(end, source.text.length),
  };
  const words = wording[complaint.code] ?? {};
  const isTag = complaint.code === "TAG_RESOLVE_FAILED";
  const closing = /^Flow (?:sequence|map).* end with a (.)/i.exec(complaint.message)?.[1];
  if (closing !== undefined) {
    const what = closing === "}" ? "map" : "list";
    const sign = closing === "}" ? "{" : "[";
    const opened = unclosed.findLast((bracket) => bracket.sign === sign && bracket.offset < start);
    problems.error("yaml-syntax", at, `a ${what} is not closed before this`, {
      notes: opened === undefined ? [] : [{
        message: "it starts here",
        at: { source, start: opened.offset, end: opened.offset + 1 },
      }],
      hint: `is a \`${closing}\` missing?`,
    });
    return;
  }
  const message = words.message ?? uncapitalised(complaint.message.split("\n")[0].slice(0, 160));
  problems.error(
    isTag ? "unknown-tag" : complaint.code === "TAB_AS_INDENT" ? "tab-indent" : "yaml-syntax",
    at,
    complaint.code === "RESOURCE_EXHAUSTION" ? "the text is nested too deeply" : message,
    { hint: words.hint },
  );
}

function uncapitalised(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text;
}
