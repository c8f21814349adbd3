/** What a page says and is made of, without its drawings and its look. */
export function structureOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*?<\/style>/, '<style></style>')
    .replaceAll(/<svg class="(wide|narrow)"[\s\S]*?<\/svg>/g, '<svg class="$1"></svg>')
    .replaceAll(/(<\/(?:tr|p|li|h\d|figcaption|summary|div|dt|dd|thead)>)/g, '$1\n')
    .replaceAll(/\n{2,}/g, '\n')
}
