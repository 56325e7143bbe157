/** `/static/bookinfo.css`. */
export const styles = `
:root { --ink: #1c2733; --soft: #5d6b7a; --line: #e3e8ee; --paper: #fff; --ground: #f5f7fa; --accent: #466bb0; --bad: #b3261e; --bad-ground: #fdeeed; --red: #d3212d; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header { background: var(--accent); color: #fff; }
.bar { max-width: 60rem; margin: 0 auto; padding: .9rem 1.25rem; display: flex; gap: 1rem; align-items: center; justify-content: space-between; flex-wrap: wrap; }
.bar strong { font-size: 1.15rem; letter-spacing: .01em; }
.bar a, .bar button { color: #fff; }
.bar form { display: flex; gap: .5rem; margin: 0; align-items: center; }
.bar input { border: 0; border-radius: .4rem; padding: .35rem .6rem; font: inherit; width: 9rem; }
.bar button { border: 1px solid rgba(255,255,255,.6); background: transparent; border-radius: .4rem; padding: .3rem .8rem; font: inherit; cursor: pointer; }
.bar button:hover { background: rgba(255,255,255,.15); }
main { max-width: 60rem; margin: 2rem auto 3rem; padding: 0 1.25rem; }
.title { text-align: center; margin-bottom: 2rem; }
h1 { font-size: 2.1rem; line-height: 1.2; margin: 0 0 .5rem; }
.title p { color: var(--soft); max-width: 44rem; margin: 0 auto; }
.columns { display: grid; gap: 1.5rem; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); align-items: start; }
@media (max-width: 46rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem 1.5rem; box-shadow: 0 1px 2px rgba(28,39,51,.05); }
h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1.25rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
blockquote { margin: 0; padding: 1rem 0; border-top: 1px solid var(--line); }
blockquote:first-of-type { border-top: 0; padding-top: .25rem; }
blockquote p { margin: 0 0 .35rem; }
blockquote footer { color: var(--soft); font-size: .92rem; }
.stars { font-size: 1.3rem; letter-spacing: .1em; line-height: 1; display: inline-block; margin-bottom: .25rem; }
.stars.black { color: #111; }
.stars.red { color: var(--red); }
.stars i { font-style: normal; color: #ccd3db; }
.served { margin: .75rem 0 0; padding-top: .75rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
.served code { background: var(--ground); border: 1px solid var(--line); border-radius: .35rem; padding: .1rem .4rem; color: var(--ink); }
.error { background: var(--bad-ground); color: var(--bad); border-radius: .5rem; padding: .7rem .9rem; margin: 0; overflow-wrap: anywhere; }
.stars-error { color: var(--bad); font-size: .92rem; font-style: italic; }
`.trimStart();
