using System.Reflection;

namespace Rivet.Storage;

/// <summary>
/// A module's ordered scripts: resources <c>….Storage.0001_name.sql</c> of its assembly. Scripts are applied once, in
/// order of registration and number, and never changed after a release.
/// </summary>
/// <param name="Owner">The module's short name, part of the script's recorded name.</param>
/// <param name="Assembly">Where the scripts are.</param>
public sealed record MigrationSource(string Owner, Assembly Assembly)
{
    internal IEnumerable<Migration> Read()
        => from resource in Assembly.GetManifestResourceNames()
           where resource.EndsWith(".sql", StringComparison.Ordinal)
           let number = resource.LastIndexOf(".0", StringComparison.Ordinal)
           where number > 0
           let file = resource[(number + 1)..]
           orderby file
           select new Migration(Owner, file, ReadText(resource));

    private string ReadText(string resource)
    {
        using var reader = new StreamReader(Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
