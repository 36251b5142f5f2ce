using System.Security.Cryptography;
using System.Text;

namespace Rivet.Storage;

/// <summary>One script of a module. What it does is fixed once a release has carried it.</summary>
internal sealed record Migration(string Owner, string File, string Sql)
{
    /// <summary>As it is recorded in a store: <c>messaging/0002_restored.sql</c>.</summary>
    public string Name => $"{Owner}/{File}";

    /// <summary>SHA-256 of the script, which a checkout with other line ends does not change.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));
}

/// <summary>A script that a store has had.</summary>
/// <param name="Name">Module, number and name.</param>
/// <param name="Checksum">What it held; null where the first versions recorded none.</param>
/// <param name="Program">The version that applied it.</param>
internal sealed record AppliedMigration(string Name, string? Checksum, ProgramVersion Program);
