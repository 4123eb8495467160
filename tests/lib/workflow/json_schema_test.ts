// The JSON Schema for editors: that it knows tasks and params, and does not depend on the order of tasks.

import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { workflowJsonSchema } from "#lib/workflow/json_schema.ts";
import { knownKeys } from "#lib/workflow/schema.ts";
import { fakeTasks } from "./fake_catalogue.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

Deno.test("workflowJsonSchema() knows the keys of workflows and stages", () => {
  const schema = workflowJsonSchema(fakeTasks) as Any;
  assertEquals(Object.keys(schema.properties), knownKeys.workflow);
  assertEquals(Object.keys(schema.definitions.stage.properties), knownKeys.stage);
  assertEquals(schema.additionalProperties, false);
  for (const key of knownKeys.stage) {
    assert(schema.definitions.stage.properties[key].description?.length > 3, key);
  }
});

Deno.test("workflowJsonSchema() completes tasks and their params", () => {
  const { definitions } = workflowJsonSchema(fakeTasks) as Any;
  const names = definitions.stage.properties.task.anyOf.flatMap((one: Any) => one.const ?? []);
  assertEquals(names, fakeTasks.map((task) => task.name).sort());
  const chosen = definitions.stage.allOf.find((one: Any) =>
    one.if.properties.task.const === "train_rnn"
  );
  assertEquals(chosen.then.properties.with.$ref, "#/definitions/train_rnn_params");
  const { units, phases } = definitions.train_rnn_params.properties;
  assertEquals(units.description, "units of the network");
  assertEquals(units.anyOf.map((one: Any) => one.type), ["integer", "string"]);
  assertEquals(phases.anyOf[0].items.anyOf[0].required, ["task", "trials"]);
});

Deno.test("workflowJsonSchema() does not depend on the order of tasks", () => {
  const text = JSON.stringify(workflowJsonSchema(fakeTasks));
  assertEquals(JSON.stringify(workflowJsonSchema([...fakeTasks].reverse())), text);
});

Deno.test("workflowJsonSchema() keeps the definitions of tasks apart", () => {
  const inner = z.strictObject({ lr: z.number() }).meta({ id: "json_schema_test_optimiser" });
  const task = { name: "fit", summary: "Fits.", params: z.strictObject({ a: inner, b: inner }) };
  const { definitions } = workflowJsonSchema([task]) as Any;
  assertEquals(definitions.fit_json_schema_test_optimiser.type, "object");
  const { $ref } = definitions.fit_params.properties.a.anyOf[0];
  assertEquals($ref, "#/definitions/fit_json_schema_test_optimiser");
});

Deno.test("every reference in the schema leads somewhere", () => {
  const schema = workflowJsonSchema(fakeTasks) as Any;
  const references = JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g);
  for (const [, name] of references) assert(name in schema.definitions, name);
});
