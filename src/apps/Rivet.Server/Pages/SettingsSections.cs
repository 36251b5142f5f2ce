using Rivet.UiKit;

namespace Rivet.Server.Pages;

/// <summary>The parts of the settings that the visitor may see, in their order.</summary>
internal sealed class SettingsSections(IEnumerable<SettingsSection> all, IVisitor visitor)
{
    public async ValueTask<IReadOnlyList<SettingsSection>> ReadAsync(CancellationToken ct)
    {
        var seen = new List<SettingsSection>();
        foreach (var section in all.OrderBy(section => section.Order))
        {
            if (await visitor.MayAsync(section.Permission, ct))
            {
                seen.Add(section);
            }
        }

        return seen;
    }
}
