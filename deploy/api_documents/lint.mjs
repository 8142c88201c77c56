// Reads OpenAPI documents by their names as one JSON object, and writes a line for everything that is wrong with them.

import { text } from "node:stream/consumers";
import { createConfig, lintFromString } from "@redocly/openapi-core";

const RULES = {
  "operation-tag-defined": "error",
  "tag-description": "error",
  "no-invalid-media-type-examples": "error",
  "no-invalid-parameter-examples": "error",
  "no-invalid-schema-examples": "error",
  // The product's licence is in the repository.
  "info-license": "off",
  // A local run's server is localhost.
  "no-server-example.com": "off",
};

const config = await createConfig({ extends: ["recommended"], rules: RULES });
for (const [name, document] of Object.entries(JSON.parse(await text(process.stdin)))) {
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: `${name}.json`, config });
  for (const { ruleId, location, message } of problems) {
    console.log(`${name} ${location[0].pointer}: ${message} (${ruleId})`);
  }
}
