"""What was measured as tables: beside what is asked for, beside others, by class and by level."""

import bench_accuracy_data as sets
import bench_accuracy_score as score


class Goals:
    """What is asked for beside what was measured."""

    def __init__(self):
        self.rows = []

    def add(self, what, figure, must, reach, digits=3):
        """Limits are (lowest, highest), None for either that is free."""
        def shown(limits):
            low, high = limits
            if low is None:
                return f"<= {high:g}"
            return f">= {low:g}" if high is None else f"{low:g} to {high:g}"

        def holds(limits):
            low, high = limits
            values = figure if isinstance(figure, (list, tuple)) else [figure]
            return all((low is None or round(value, digits) >= low)
                       and (high is None or round(value, digits) <= high) for value in values)

        text = (f"{min(figure):.{digits}f} to {max(figure):.{digits}f}"
                if isinstance(figure, (list, tuple)) else f"{figure:,.{digits}f}")
        verdict = "reached" if holds(reach) else "met" if holds(must) else "**missed**"
        self.rows.append(f"| {what} | {text} | {shown(must)} | {shown(reach)} | {verdict} |")

    def table(self):
        return ["| what | here | must | reach | |", "|---|---:|---:|---:|---|", *self.rows]


def comparison(ours, found, error, digits, is_full):
    """A line for each rival, with our error on the same part and the processor time of both.

    - error: of forecasts, on some origins and nodes.
    - is_full: whether rivals that take long are made where they are not kept.
    """
    data, plain = ours
    lines = ["| method | on | error | ours there | processor time |", "|---|---|---:|---:|---:|",
             f"| quartermaster | all | {error(plain, None, None):,.{digits}f} | |"
             f" {plain.seconds:,.1f} s |"]
    for rival in found:
        if rival.is_slow and not is_full and not rival.is_kept:
            continue
        forecasts = rival.forecasts()
        theirs = error(forecasts, rival.origins, rival.nodes)
        own = error(plain, rival.origins, rival.nodes)
        lines.append(
            f"| {rival.title} | {part(data, rival)} | {theirs:,.{digits}f} |"
            f" {own:,.{digits}f} ({own / theirs - 1:+.1%}) | {forecasts.seconds:,.1f} s |")
    return lines


def part(data, rival):
    words = []
    if rival.origins is not None:
        words.append(f"{len(rival.origins)} of {len(data.origins)} origins")
    if rival.nodes is not None:
        words.append(f"{len(rival.nodes):,} of {data.values.shape[1]:,} series")
    return ", ".join(words) or "all"


def classes(found, goals):
    """Bias of sums for every demand class of every data set."""
    lines = ["| data | class | series | units | bias of the sum | its standard error | mean RMSSE |"
             " outermost quantiles |", "|---|---|---:|---:|---:|---:|---:|---:|"]
    biases = []
    for data, plain in found:
        of_data = score.by_class(data, plain)
        units = sum(line["sold"] for line in of_data)
        biases += [line["bias"] for line in of_data if line["sold"] >= 0.01 * units]
        for line in of_data:
            lines.append(
                f"| {data.name} | {line['class']} | {line['series']:,.0f} | {line['sold']:,.0f} |"
                f" {line['bias']:+.1%} | {line['bias_error']:.1%} | {line['rmsse']:.3f} |"
                f" {line['coverage']:.3f} |")
    goals.add("bias of the sum of series, each class with 1 % of a data set's units", biases,
              (-.02, .02), (-.01, .01))
    return lines


def levels(found):
    """What the classes leave open: sums of series, and sums of buckets."""
    lines = ["| data | level | nodes | WAPE | bias | RMSSE | 95 % interval |"
             " of the horizon's sums |", "|---|---|---:|---:|---:|---:|---:|---:|"]
    for data, plain in found:
        for level in [level for level in sets.LEVELS if level in plain.means]:
            wape, bias = score.wape_and_bias(data, plain, level)
            sums = (f"{score.coverage_of_sums(data, plain, level).mean():.3f}"
                    if plain.sums else "")
            lines.append(
                f"| {data.name} | {level} | {len(plain.means[level].columns):,} | {wape:.3f} |"
                f" {bias:+.1%} | {score.rmsse(data, plain, level).mean():.3f} |"
                f" {score.coverage(data, plain, level).mean():.3f} | {sums} |")
    return lines
