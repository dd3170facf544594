import { defineConfig } from "vite";

const service = "http://127.0.0.1:8000";
const paths = ["access", "classify", "feedback", "jobs", "model", "review", "taxonomy"];

export default defineConfig({
  base: "./", // the page also works below a path of another site
  build: {
    outDir: "../saring_serve/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: true,
  },
  server: { proxy: Object.fromEntries(paths.map((path) => [`/${path}`, service])) },
});
