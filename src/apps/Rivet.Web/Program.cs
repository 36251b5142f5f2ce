using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;
using Rivet.Web;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.RootComponents.Add<App>("#app");
builder.Services.AddLocalization();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(services => new Desk(new Uri(new Uri(builder.HostEnvironment.BaseAddress), "/"), services.GetRequiredService<TimeProvider>()));
await PageScript.LoadAsync();
PageScript.UseLanguage();
await builder.Build().RunAsync();
