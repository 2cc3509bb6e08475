using System.Security.Cryptography;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner.Running;
using Conformance.Suite;

namespace Conformance.Runner.Bundles;

/// <summary>All that can be known of a bundle by who was not there, check by check until one refuses it.</summary>
internal static class Verifier
{
    /// <param name="files">Of the bundle.</param>
    /// <param name="key">Who must have signed it; null: no matter who, or nobody.</param>
    /// <param name="catalogue">The cases of this suite.</param>
    /// <param name="told">Told each check that held: its name, and what it showed.</param>
    /// <exception cref="RefusedException">One did not hold.</exception>
    public static void Verify(IReadOnlyDictionary<string, byte[]> files, ECDsa? key, CaseCatalogue catalogue, Action<string, string> told)
    {
        void Check(string name, Func<string> check) => told(name, Readable(name, check));
        Check("hashes", () => SealCheck.Hashes(files));
        Check("signature", () => SealCheck.Signature(files, key));
        RunRecord run = null!;
        Check("record", () =>
        {
            run = JsonSerializer.Deserialize(files[RunForms.Run], MigrationJson.Default.RunRecord)!;
            return $"{RunForms.Run} is the record of a run of {run.Environment.Started:yyyy-MM-dd}";
        });
        var journal = new JournalCheck(run, files[RunJournal.FileName], catalogue);
        var record = new RecordCheck(run, files, journal, catalogue);
        Check("manifest", record.Manifest);
        Check("journal", journal.Verdicts);
        Check("completeness", journal.Completeness);
        Check("waivers", record.Waivers);
        Check("must-pass", record.MustPassed);
        Check("verdicts", record.Record);
        Check("verdict file", record.VerdictFile);
        Check("figures", record.Forms);
        Check("evidence", record.Evidence);
    }

    /// <summary>Whatever a hostile file does to one who reads it, it is refused: no such file is worth a word about our insides.</summary>
    private static string Readable(string name, Func<string> check)
    {
        try
        {
            return check();
        }
        catch (Exception e) when (e is not (RefusedException or OutOfMemoryException))
        {
            throw new RefusedException(name, $"it cannot be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
