using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Rivet.Release.Sbom;

/// <summary>What a NuGet package says of itself, in CycloneDX's words.</summary>
internal static class PackageFacts
{
    /// <summary>The SHA-512 of the package as it was downloaded; null where the machine did not keep it.</summary>
    public static string? Sha512(string folder)
        => Directory.EnumerateFiles(folder, "*.nupkg.sha512").FirstOrDefault() is { } file
            ? Convert.ToHexStringLower(Convert.FromBase64String(File.ReadAllText(file).Trim()))
            : null;

    /// <summary>The licence: an SPDX expression where the package has one, else the name of its licence file or the address it gives.</summary>
    public static JsonArray? Licenses(string folder)
    {
        var metadata = Directory.EnumerateFiles(folder, "*.nuspec").FirstOrDefault() is { } file
            ? XDocument.Load(file).Root!.Elements().FirstOrDefault(element => element.Name.LocalName == "metadata")
            : null;
        var license = Element(metadata, "license");
        var address = Element(metadata, "licenseUrl")?.Value;
        return license?.Attribute("type")?.Value switch
        {
            "expression" => [new JsonObject { ["expression"] = license.Value }],
            "file" => [new JsonObject { ["license"] = new JsonObject { ["name"] = $"in the package: {license.Value}" } }],
            _ when Uri.IsWellFormedUriString(address, UriKind.Absolute) => [new JsonObject { ["license"] = new JsonObject { ["name"] = "at its address", ["url"] = address } }],
            _ => null,
        };
    }

    private static XElement? Element(XElement? metadata, string name) => metadata?.Elements().FirstOrDefault(element => element.Name.LocalName == name);
}
