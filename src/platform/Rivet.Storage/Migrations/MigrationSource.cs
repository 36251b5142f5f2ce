using System.Reflection;
using DbUp.Engine;

namespace Rivet.Storage;

/// <summary>
/// A module's ordered scripts: resources <c>….Storage.0001_name.sql</c> of its assembly. Scripts are applied once, in
/// order of registration and number, each in a transaction, and never changed after a release.
/// </summary>
/// <param name="Owner">The module's short name, part of the script's recorded name.</param>
/// <param name="Assembly">Where the scripts are.</param>
public sealed record MigrationSource(string Owner, Assembly Assembly)
{
    internal IEnumerable<SqlScript> Scripts()
        => from resource in Assembly.GetManifestResourceNames()
           where resource.EndsWith(".sql", StringComparison.Ordinal)
           let number = resource.LastIndexOf(".0", StringComparison.Ordinal)
           where number > 0
           let name = resource[(number + 1)..]
           orderby name
           select new SqlScript($"{Owner}/{name}", ReadText(resource));

    private string ReadText(string resource)
    {
        using var reader = new StreamReader(Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
