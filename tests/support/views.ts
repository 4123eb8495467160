// The screens that pages are tested on: a desktop, a tablet and a phone.

import type { View } from "./browser_page.ts";

/** Three widths. */
export const screens: readonly (Partial<View> & { readonly width: number })[] = [
  { width: 1440, height: 900 },
  { width: 820, height: 1180 },
  { width: 390, height: 844, isPhone: true },
];

/** Three widths, light and dark. */
export const views: readonly Partial<View>[] = screens.flatMap((screen) => [
  { ...screen, scheme: "light" as const },
  { ...screen, scheme: "dark" as const },
]);
