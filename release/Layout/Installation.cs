using Rivet.Release.Publishing;

namespace Rivet.Release.Layout;

/// <summary>Where things lie on a machine (Debian Policy 9.1, the FHS): the programs, and what is beside them.</summary>
internal static class Installation
{
    public const string ServerFolder = "usr/lib/rivet/server";

    public const string ClientFolder = "usr/lib/rivet/client";

    public const string DocumentsFolder = "usr/share/doc/rivet";

    /// <summary>The server's files below <paramref name="folder"/> of the tree.</summary>
    public static void LayServer(FileTree tree, string folder, BuiltPrograms programs)
    {
        foreach (var file in BuiltPrograms.Files(programs.ServerFolder))
        {
            tree.Copy(Path.Combine(programs.ServerFolder, file), $"{folder}/{file}", file is BuiltPrograms.Server or "createdump" ? FileTree.Program : FileTree.Plain);
        }
    }

    /// <summary>The terminal client's files below <paramref name="folder"/> of the tree; the program is called <c>rivet</c> there.</summary>
    public static void LayClient(FileTree tree, string folder, BuiltPrograms programs)
    {
        foreach (var file in BuiltPrograms.Files(programs.ClientFolder))
        {
            var isProgram = file == BuiltPrograms.Client;
            tree.Copy(Path.Combine(programs.ClientFolder, file), $"{folder}/{(isProgram ? "rivet" : file)}", isProgram ? FileTree.Program : FileTree.Plain);
        }
    }

    /// <summary>What whoever receives a copy is to have: licences, how to install and remove, and what is inside.</summary>
    public static void LayDocuments(FileTree tree, string folder, SourceTree sources, ReadOnlySpan<byte> billOfMaterials)
    {
        tree.Copy(sources.File("THIRD-PARTY-NOTICES.md"), $"{folder}/THIRD-PARTY-NOTICES.md");
        tree.Copy(sources.File("docs", "operations", "install.md"), $"{folder}/install.md");
        tree.Copy(sources.File("docs", "operations", "upgrade.md"), $"{folder}/upgrade.md");
        tree.Write($"{folder}/rivet.cdx.json", billOfMaterials);
    }
}
