/// The one style sheet of all pages.
enum Stylesheet {
  static let path = "/style.css"

  static var bytes: [UInt8] { Array(text.utf8) }

  private static let text = colours + frame + figures + flags + tables + chart + narrow

  private static let colours = """
    :root {
      color-scheme: light dark;
      --page: #f7f7f5; --card: #ffffff; --ink: #1b1f24; --soft: #5d6670; --rule: #e2e4e6;
      --critical: #b3261e; --critical-wash: #fcefed; --warning: #8a5300; --good: #2c7048;
      --link: #1f55b5; --forecast: #2a62c9; --weekend: #f3f4f4; --hatch: #b9bec4;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #121518; --card: #1a1e22; --ink: #e4e7ea; --soft: #98a2ac; --rule: #2d3338;
        --critical: #ff8f85; --critical-wash: #35211f; --warning: #eab566; --good: #7cc79b;
        --link: #8db4ff; --forecast: #7fabff; --weekend: #20252a; --hatch: #59626b;
      }
    }

    """

  private static let frame = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--page); color: var(--ink);
      font: 15px/1.45 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue",
        sans-serif;
      font-variant-numeric: tabular-nums;
    }
    .bar, main { max-width: 1240px; margin: 0 auto; padding: 0 24px; }
    .bar { display: flex; justify-content: space-between; align-items: center; min-height: 52px; }
    .brand { font-weight: 650; letter-spacing: -.01em; color: var(--ink); text-decoration: none; }
    main { padding-bottom: 48px; }
    h1 { font-size: 26px; line-height: 1.2; letter-spacing: -.02em; font-weight: 650;
      margin: 8px 0 4px; }
    h2 { font-size: 18px; line-height: 1.3; letter-spacing: -.01em; font-weight: 650; margin: 0; }
    h3 { font-size: 15px; font-weight: 500; margin: 0 0 8px; }
    h3 strong { font-weight: 650; }
    p { margin: 0; }
    section { margin-top: 28px; scroll-margin-top: 12px; }
    a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 3px; }
    th a, .where a { color: inherit; text-decoration-color: var(--hatch); }
    th a:hover, .where a:hover { color: var(--link); text-decoration-color: currentColor; }
    code { font: 13px/1 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
    bdi, code { overflow-wrap: anywhere; }
    .provenance, .more, .rest, .name, .unit, figcaption, dt { color: var(--soft); }
    .more, .rest, .name { font-size: 13px; font-weight: 400; }
    .rest { margin-top: 8px; }
    .critical dd, .critical .severity, .hot { color: var(--critical); }
    .warning, .warning .severity { color: var(--warning); }
    .calm { color: var(--good); }
    .warn { color: var(--warning); margin-top: 8px; }
    .run { color: var(--soft); margin-top: 8px; display: flex; flex-wrap: wrap; gap: 2px 10px;
      align-items: center; }
    .run progress { width: 120px; height: 8px; accent-color: var(--link); }
    .mark { width: 10px; height: 10px; fill: currentColor; vertical-align: -1px; }
    .hollow { fill: none; stroke: currentColor; stroke-width: 2; }
    .only-narrow { display: none; }
    .empty { margin-top: 32px; font-size: 17px; max-width: 40em; }
    button {
      font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--rule);
      border-radius: 6px; padding: 4px 12px; cursor: pointer;
    }
    button:hover { border-color: var(--soft); }
    :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
    .sign-in { max-width: 380px; margin: 12vh auto 0; }
    .sign-in label { display: block; margin-top: 16px; }
    .sign-in input, .sign-in button { width: 100%; padding: 10px 12px; margin-top: 6px; }
    .sign-in input {
      font: 15px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--ink);
      background: var(--card); border: 1px solid var(--soft); border-radius: 6px;
    }
    .sign-in button { margin-top: 12px; font-weight: 600; color: var(--card);
      background: var(--link); border-color: var(--link); }

    """

  private static let figures = """
    .figures { display: grid; grid-template-columns: repeat(3, 1fr); margin: 20px 0 0;
      background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
    .figures div { display: flex; flex-direction: column; padding: 14px 20px; min-width: 0; }
    .figures div + div { border-left: 1px solid var(--rule); }
    .figures dt { order: 2; color: var(--ink); font-weight: 500; }
    .figures dd { order: 1; margin: 0; font-size: 34px; line-height: 1.1; font-weight: 650;
      letter-spacing: -.02em; }
    .figures dd small { font-size: 15px; font-weight: 400; letter-spacing: 0; color: var(--soft); }
    .figures .calm dd { color: var(--ink); }
    .figures .warning dd { color: var(--warning); }
    .figures .more.more { order: 3; font-size: 13px; line-height: 1.45; font-weight: 400;
      letter-spacing: 0; color: var(--soft); }

    """

  private static let flags = """
    .flags { list-style: none; margin: 10px 0 0; padding: 0; background: var(--card);
      border: 1px solid var(--rule); border-radius: 10px; }
    .flags li { display: grid; grid-template-columns: 92px 110px 1fr; gap: 12px;
      padding: 9px 20px; border-top: 1px solid var(--rule); }
    .flags li:first-child { border-top: 0; }
    .flags li.warning { color: var(--ink); }
    .flags .severity { font-weight: 600; font-size: 13px; line-height: 22px; }
    .flags .where { min-width: 0; }
    .flags .told { max-width: 100ch; text-wrap: pretty; color: var(--ink); }
    .info .severity { color: var(--soft); }

    """

  private static let tables = """
    table { width: 100%; border-collapse: collapse; }
    th { font-weight: 500; text-align: left; }
    thead th { font-size: 13px; font-weight: 400; color: var(--soft); vertical-align: bottom;
      padding: 4px 8px; line-height: 1.3; }
    tbody th, tbody td { padding: 7px 8px; border-top: 1px solid var(--rule);
      vertical-align: top; }
    .n { text-align: right; white-space: nowrap; }
    .regions { margin-top: 10px; background: var(--card); border: 1px solid var(--rule);
      border-radius: 10px; border-collapse: separate; border-spacing: 0; }
    .regions th:first-child, .regions td:first-child { padding-left: 20px; }
    .regions th:last-child, .regions td:last-child { padding-right: 20px; }
    .regions .n { width: 11%; }
    .regions thead .n:last-child { width: 16%; }
    .hot { font-weight: 650; }
    .orders th:first-child { padding-left: 10px; }
    .orders tbody th, .orders tbody td { padding-top: 4px; padding-bottom: 5px; line-height: 1.35; }
    .orders .code, .orders .at { display: inline-block; max-width: 100%; }
    .orders .code { font-weight: 600; }
    .orders .at { color: var(--soft); font-weight: 400; }
    .orders .name { display: block; }
    .orders strong { font-weight: 650; }
    .orders .urgent { background: var(--critical-wash); }
    .orders .urgent th { box-shadow: inset 3px 0 var(--critical); }
    .tag { font-size: 12px; font-weight: 600; color: var(--critical); }

    """

  private static let chart = """
    .region { background: var(--card); border: 1px solid var(--rule); border-radius: 10px;
      padding: 16px 20px 18px; }
    .region header { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: baseline;
      padding-bottom: 12px; }
    .pair { display: grid; grid-template-columns: minmax(0, 1.12fr) minmax(0, 1fr); gap: 36px; }
    figure { margin: 0; }
    figure svg { width: 100%; height: auto; overflow: visible; }
    figcaption { font-size: 13px; display: flex; flex-wrap: wrap; gap: 2px 6px;
      align-items: center; }
    figcaption .legend { white-space: nowrap; margin-right: 12px; }
    figure .swatch { width: 24px; height: 12px; vertical-align: -1px; margin-right: 2px; }
    svg text { font-size: 11.5px; fill: var(--soft); }
    svg .note { font-weight: 500; fill: var(--ink); }
    .stale .gap + .note { fill: var(--warning); }
    .grid, .base { stroke: var(--rule); stroke-width: 1; fill: none; }
    .base { stroke: var(--hatch); }
    .weekend { fill: var(--weekend); }
    .hatch { stroke: var(--hatch); stroke-width: 2; }
    .line { fill: none; stroke-linejoin: round; stroke-linecap: round; }
    .demand { stroke: var(--ink); stroke-width: 1.6; }
    .forecast { stroke: var(--forecast); stroke-width: 2; stroke-dasharray: 5 4; }
    .forecast.kept { stroke-dasharray: 1.5 4; }
    .band { fill: var(--forecast); fill-opacity: .16; }
    .lone { fill: var(--ink); }
    .today { stroke: var(--soft); stroke-width: 1; fill: none; }
    .day { fill: transparent; }
    .day:hover { fill: var(--ink); fill-opacity: .08; }

    """

  private static let narrow = """
    @media (max-width: 900px) {
      .pair { grid-template-columns: minmax(0, 1fr); gap: 22px; }
    }
    @media (max-width: 560px) {
      .bar, main { padding-left: 14px; padding-right: 14px; }
      h1 { font-size: 22px; }
      section { margin-top: 22px; }
      .wide, .only-wide { display: none; }
      .only-narrow { display: block; }
      .figures div { padding: 10px 12px; }
      .figures dd { font-size: 27px; }
      .figures dt { line-height: 1.25; }
      .flags li { grid-template-columns: auto 1fr; gap: 0 10px; padding: 9px 14px; }
      .flags .told { grid-column: 1 / -1; }
      thead .n { white-space: normal; }
      .orders thead th:first-child { width: 60%; }
      .regions th:first-child, .regions td:first-child { padding-left: 14px; }
      .regions tr > :nth-last-child(2) { padding-right: 14px; }
      .region { padding: 14px 14px 16px; }
      thead th, tbody th, tbody td { padding-left: 6px; padding-right: 6px; }
    }
    @media print {
      body { background: none; }
      .region { break-inside: avoid; }
      button { display: none; }
    }

    """
}
