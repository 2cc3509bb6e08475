namespace Conformance.Migration;

/// <summary>Finds what somebody probably meant.</summary>
public static class Nearest
{
    /// <summary>
    /// The candidate with the fewest insertions, deletions, changes and swaps of neighbours; the first of several; null of none.
    /// </summary>
    public static string? To(string word, IEnumerable<string> candidates) => candidates.MinBy(candidate => Distance(word, candidate));

    /// <summary>Optimal string alignment distance; case does not count, nor does the choice between - and _.</summary>
    public static int Distance(string left, string right)
    {
        var (a, b) = (Plain(left), Plain(right));
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var best = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) best = Math.Min(best, rows[i - 2, j - 2] + 1);
                rows[i, j] = best;
            }
        }

        return rows[a.Length, b.Length];
    }

    private static string Plain(string word) => word.ToLowerInvariant().Replace('_', '-');
}
