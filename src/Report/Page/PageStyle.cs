namespace Conformance.Report;

/// <summary>How the page looks: light, dark, and on paper.</summary>
internal static class PageStyle
{
    /// <summary>The begin of a page, to its body.</summary>
    public static void Begin(Html html, string title)
    {
        html.Write($"<!doctype html>");
        html.Write($"<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        html.Write($"<title>{title}</title>");
        Write(html);
        html.Write($"</head><body>");
    }

    private static void Write(Html html)
    {
        html.Write($"<style>");
        html.Write($":root {{ color-scheme: light dark; {Inks(Palette.Light)} --line: #d1d9e0; --good: #1a7f37; --bad: #cf222e; --odd: #8a5a00; --card: #f6f8fa; }}");
        html.Write($"@media (prefers-color-scheme: dark) {{ :root {{ {Inks(Palette.Dark)} --line: #343b43; --good: #3fb950; --bad: #f85149; --odd: #d29922; --card: #1b2128; }} }}");
        html.Write($$"""
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; background: var(--ink-10); color: var(--ink-6); }
            a { color: var(--ink-0); } h1 { margin: 0 0 .3rem; } h1 small { font-size: .5em; letter-spacing: .08em; opacity: .7; }
            .badge { font-size: .6em; border: 2px solid; border-radius: .4em; padding: 0 .5em; vertical-align: .15em; }
            h2 { margin-top: 2.5rem; overflow-wrap: anywhere; } h3 { margin-bottom: .3rem; overflow-wrap: anywhere; } h2 span, h3 span { font-size: .8em; font-weight: 600; }
            .note, figcaption { opacity: .8; max-width: 60rem; font-size: .9em; }
            .answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem; margin: 1rem 0; }
            .answers section { background: var(--card); border: 1px solid var(--line); border-top: 4px solid currentColor; border-radius: .4rem;
              padding: .6rem 1rem; }
            .answers h2, .answers p { margin: .2rem 0; color: var(--ink-6); } .answers h2 { font-size: 1rem; font-weight: 600; }
            .answers section:last-child { color: var(--ink-0); } .answers .word { color: inherit; font-size: 1.5rem; font-weight: 700; }
            nav { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin: 1rem 0; }
            table { border-collapse: collapse; font-size: .93em; }
            th, td { border-bottom: 1px solid var(--line); padding: .2rem .55rem; text-align: left; vertical-align: top; }
            th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; } td.n { white-space: nowrap; } .latency td.n { white-space: normal; } .wide { overflow-x: auto; margin-bottom: 1rem; }
            .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(34rem, 100%), 1fr)); gap: 1rem 1.5rem; align-items: start; }
            figure { margin: 0; } svg { max-width: 100%; height: auto; display: block; }
            .pass { color: var(--good); } .fail, .crash, .timeout, .harness-error { color: var(--bad); }
            .warn, .waived, .inconclusive, .near, .odd { color: var(--odd); } .skipped, .not-supported { opacity: .75; } code { white-space: pre-wrap; overflow-wrap: break-word; }
            .again code { background: var(--card); border: 1px solid var(--line); border-radius: .3rem; padding: .1rem .4rem; }
            #matrix td:nth-child(3) { white-space: nowrap; } #matrix td:nth-child(4) { min-width: 22rem; } #matrix td:nth-child(5) { overflow-wrap: anywhere; }
            .filters { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1rem; margin: .6rem 0; }
            select, input { font: inherit; } summary { cursor: pointer; }
            #tip { position: absolute; display: none; background: var(--card); border: 1px solid var(--line); border-radius: .3rem;
              padding: .1rem .5rem; font-size: 13px; pointer-events: none; }
            """);
        WritePrint(html);
        html.Write($"</style>");
    }

    /// <summary>
    /// On paper nothing can be scrolled or opened: tables are as small as it takes for all of their columns to be there, and what is closed is open. Pictures
    /// are so large that the overview stays on the first page, and three others fit one. It comes last, for it is said of what was said before.
    /// </summary>
    private static void WritePrint(Html html)
    {
        html.Write($"@media print {{ :root {{ color-scheme: light; {Inks(Palette.Light)} --line: #d1d9e0; --good: #1a7f37; --bad: #cf222e; --odd: #8a5a00; --card: #fff; }}");
        html.Write($$"""
            @page { margin: 12mm; } body { margin: 0; padding: 0; max-width: none; font-size: 9.5pt; } nav, .filters { display: none; }
            .answers { grid-template-columns: repeat(3, 1fr); gap: .5rem; font-size: 8.5pt; } .answers section { padding: .4rem .6rem; } .answers h2 { font-size: 1.1em; } .answers .word { font-size: 1.2rem; }
            h2 { margin-top: 1.4rem; } figure, tr, section { break-inside: avoid; } h2, h3, h2 + p, summary { break-after: avoid; }
            .wide { overflow: visible; } table { font-size: 7.2pt; } th, td { padding: .12rem .28rem; } thead { display: table-header-group; }
            .steps { font-size: 6pt; } .steps th, .steps td { padding: .1rem .12rem; } #matrix td:nth-child(4) { min-width: 0; }
            details::details-content { display: block; content-visibility: visible; } summary { list-style: none; }
            figcaption { font-size: 8pt; } .plots { gap: .6rem; } .plots svg { max-width: 145mm; } body > figure svg { max-height: 125mm; } }
            """);
    }

    private static string Inks(Func<Ink, string> of) => string.Join(' ', Enum.GetValues<Ink>().Select(ink => $"{Palette.Variable(ink)}: {of(ink)};"));
}
