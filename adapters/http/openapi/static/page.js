// Tokens are never stored: persistAuthorization is off by default.
window.ui = SwaggerUIBundle({
    dom_id: "#swagger-ui",
    url: "/api/schema/",
    validatorUrl: null, // no request to another host
    deepLinking: true,
    tryItOutEnabled: true,
    defaultModelsExpandDepth: 0, // the list of schemas is collapsed
});
