// The page that shows the OpenAPI document: plain HTML that asks for Swagger UI and for what starts it.
import { html } from 'hono/html';

/** @param at where the page's files are */
export function docsPage(at: string) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gradus API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${at}/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="${at}/swagger-ui-bundle.js"></script>
<script src="${at}/start.js"></script>
</body>
</html>`;
}

/** @returns the script that shows the document of this address */
export function startScript(documentPath: string): string {
  const options = {
    url: documentPath,
    dom_id: '#docs',
    deepLinking: true,
    displayOperationId: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    // Else the document of a public address is sent to a validator elsewhere.
    validatorUrl: null,
  };
  return `SwaggerUIBundle(${JSON.stringify(options)});\n`;
}
