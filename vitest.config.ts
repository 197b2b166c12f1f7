import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      ...["unit", "contract", "simulation"].map((name) => ({
        test: { name, include: [`tests/${name}/**/*.test.ts`], testTimeout: 20_000 },
      })),
      {
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          globalSetup: ["tests/support/stack-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
